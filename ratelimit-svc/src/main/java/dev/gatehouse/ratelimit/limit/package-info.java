/**
 * Limits, their units, and the windows in which they are counted.
 *
 * <p>Must not know what is limited, nor read a clock: time is passed in.
 */
@NullMarked
package dev.gatehouse.ratelimit.limit;

import org.jspecify.annotations.NullMarked;
