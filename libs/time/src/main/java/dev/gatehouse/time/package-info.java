/**
 * The passing of time for pauses, lifetimes and deadlines of one process.
 *
 * <p>Entry: {@link dev.gatehouse.time.SteadyTime}. Must not know what is timed.
 */
@NullMarked
package dev.gatehouse.time;

import org.jspecify.annotations.NullMarked;
