/**
 * How much in which time: limits, their units and the windows that they are counted in.
 *
 * <p>Must not know what is limited, nor read a clock: time is passed in.
 */
@NullMarked
package dev.gatehouse.ratelimit.limit;

import org.jspecify.annotations.NullMarked;
