/**
 * The isolation of what Envoy refuses, tried with a real Envoy: objects are broken on their way from the controller to xds-svc,
 * behind the checks that would have found them.
 */
@NullMarked
package dev.gatehouse.standalone.quarantine;

import org.jspecify.annotations.NullMarked;
