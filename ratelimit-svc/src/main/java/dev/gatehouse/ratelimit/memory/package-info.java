/**
 * Counts in this process: for one replica, or for none of whose limits it matters that each replica counts by itself.
 *
 * <p>Entry: {@link dev.gatehouse.ratelimit.memory.MemoryCounterStore}. Must not do I/O.
 */
@NullMarked
package dev.gatehouse.ratelimit.memory;

import org.jspecify.annotations.NullMarked;
