/** Tests of the xDS streams with a real Envoy at the other end. */
@NullMarked
package dev.gatehouse.xds.grpc;

import org.jspecify.annotations.NullMarked;
