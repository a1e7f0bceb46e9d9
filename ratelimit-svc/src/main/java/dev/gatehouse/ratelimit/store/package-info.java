/**
 * The port to where hits are counted.
 *
 * <p>Entry: {@link dev.gatehouse.ratelimit.store.CounterStore}. Adapters are in packages of their own and depend on this one.
 */
@NullMarked
package dev.gatehouse.ratelimit.store;

import org.jspecify.annotations.NullMarked;
