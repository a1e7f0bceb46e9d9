/**
 * Sessions in Redis, for any number of replicas.
 *
 * <p>Entry: {@link dev.gatehouse.authz.redis.RedisSessionStore}. Must not see the inside of a session.
 */
@NullMarked
package dev.gatehouse.authz.redis;

import org.jspecify.annotations.NullMarked;
