/**
 * Counts the descriptors that limits refused most, for 'gatehouse quota top'. Entry: {@link
 * dev.gatehouse.ratelimit.top.MostLimited}. Its memory is bounded whatever clients send. It must not slow down allowed
 * requests.
 */
@NullMarked
package dev.gatehouse.ratelimit.top;

import org.jspecify.annotations.NullMarked;
