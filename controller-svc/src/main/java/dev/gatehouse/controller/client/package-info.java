/**
 * What counts for the clients of a listener: the ClientTrafficPolicy that is for it, with what it refers to resolved.
 *
 * <p>Must not know of Envoy, or of collections.
 */
@NullMarked
package dev.gatehouse.controller.client;

import org.jspecify.annotations.NullMarked;
