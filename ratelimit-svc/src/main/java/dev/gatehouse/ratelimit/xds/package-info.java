/**
 * Configuration by xDS: turns {@code ratelimit.config.ratelimit.v3.RateLimitConfig} resources into rules, and reports
 * the errors of invalid resources.
 *
 * <p>Entry: {@link dev.gatehouse.ratelimit.xds.RuleSubscriber}. Must not decide requests.
 */
@NullMarked
package dev.gatehouse.ratelimit.xds;

import org.jspecify.annotations.NullMarked;
