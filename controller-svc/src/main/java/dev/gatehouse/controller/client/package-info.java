/**
 * The settings for the clients of a listener: the ClientTrafficPolicy that applies to the listener, with its references
 * resolved.
 *
 * <p>Must not know of Envoy, or of collections.
 */
@NullMarked
package dev.gatehouse.controller.client;

import org.jspecify.annotations.NullMarked;
