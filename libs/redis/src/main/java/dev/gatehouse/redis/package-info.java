/**
 * Connections to Redis for services that call it for each request: open, pipelined, with deadlines, and made again when they are lost.
 *
 * <p>Entry: {@link dev.gatehouse.redis.RedisLink}. Must not know what is kept.
 */
@NullMarked
package dev.gatehouse.redis;

import org.jspecify.annotations.NullMarked;
