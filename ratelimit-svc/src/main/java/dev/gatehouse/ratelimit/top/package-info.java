/**
 * Which descriptors limits refused most, for 'gatehouse quota top'. Entry: {@link dev.gatehouse.ratelimit.top.MostLimited}. Bounded whatever clients
 * send; must not slow down what is let through.
 */
@NullMarked
package dev.gatehouse.ratelimit.top;

import org.jspecify.annotations.NullMarked;
