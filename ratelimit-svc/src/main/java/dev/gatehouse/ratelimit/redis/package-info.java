/**
 * The counter store in Redis, shared by all replicas.
 *
 * <p>Entry: {@link dev.gatehouse.ratelimit.redis.RedisCounterStore}. Must not decide what a count means.
 */
@NullMarked
package dev.gatehouse.ratelimit.redis;

import org.jspecify.annotations.NullMarked;
