/**
 * Connections to Redis for services that call it for each request. Connections stay open, pipeline commands with
 * deadlines, and are reopened when they are lost.
 *
 * <p>Entry: {@link dev.gatehouse.redis.RedisLink}. Must not know what is kept.
 */
@NullMarked
package dev.gatehouse.redis;

import org.jspecify.annotations.NullMarked;
