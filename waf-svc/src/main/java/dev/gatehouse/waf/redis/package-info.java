/**
 * Persistent collections in Redis, for all replicas together.
 *
 * <p>Entry: {@link dev.gatehouse.waf.redis.RedisCollectionStore}. Must not know of rules.
 */
@NullMarked
package dev.gatehouse.waf.redis;

import org.jspecify.annotations.NullMarked;
