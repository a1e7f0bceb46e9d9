/**
 * Configuration by xDS: turns {@code ratelimit.config.ratelimit.v3.RateLimitConfig} resources into rules, and says what is wrong
 * with those that are not right.
 *
 * <p>Entry: {@link dev.gatehouse.ratelimit.xds.RuleSubscriber}. Must not decide requests.
 */
@NullMarked
package dev.gatehouse.ratelimit.xds;

import org.jspecify.annotations.NullMarked;
