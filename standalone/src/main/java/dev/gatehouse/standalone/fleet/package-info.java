/**
 * The Envoy processes of standalone mode: one for each Gateway, started, supervised, drained and stopped as the set of Gateways
 * changes.
 *
 * <p>{@link dev.gatehouse.standalone.fleet.EnvoyFleet} is the way in. It knows which addresses a proxy will listen on, to say
 * that one is taken before an Envoy runs into it; what is served there comes to the Envoys over xDS and is not known here.
 */
@NullMarked
package dev.gatehouse.standalone.fleet;

import org.jspecify.annotations.NullMarked;
