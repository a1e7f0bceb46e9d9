/** Callout services that take their policies from xds-svc, as both are, over gRPC in this process. */
@NullMarked
package dev.gatehouse.standalone.callouts;

import org.jspecify.annotations.NullMarked;
