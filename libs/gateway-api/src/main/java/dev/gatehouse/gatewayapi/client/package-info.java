/**
 * Envoy Gateway's ClientTrafficPolicy as it is written: how the proxies deal with the connections and requests of clients.
 *
 * <p>Must not resolve references, or know of Envoy's resources.
 */
@NullMarked
package dev.gatehouse.gatewayapi.client;

import org.jspecify.annotations.NullMarked;
