/**
 * The settings of BackendTrafficPolicies, {@link dev.gatehouse.gatewayapi.traffic.TrafficSettings}, and the part that
 * other kinds have too, {@link dev.gatehouse.gatewayapi.traffic.BackendSettings} (Envoy Gateway's ClusterSettings).
 * Records and their readers; must not know of policies' targets or of Envoy.
 */
@NullMarked
package dev.gatehouse.gatewayapi.traffic;

import org.jspecify.annotations.NullMarked;
