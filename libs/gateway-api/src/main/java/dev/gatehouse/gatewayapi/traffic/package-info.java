/**
 * What a BackendTrafficPolicy asks for: {@link dev.gatehouse.gatewayapi.traffic.TrafficSettings}, and its part that others have too,
 * {@link dev.gatehouse.gatewayapi.traffic.BackendSettings} (Envoy Gateway's ClusterSettings). Records and their readers; nothing here
 * knows what a policy is for, or Envoy.
 */
@NullMarked
package dev.gatehouse.gatewayapi.traffic;

import org.jspecify.annotations.NullMarked;
