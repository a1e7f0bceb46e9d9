package dev.gatehouse.controller.gateway;

import java.time.Duration;

/**
 * How proxies call ratelimit-svc.
 *
 * @param timeout after which it counts as away
 * @param failClosed requests are answered with 500 while it is away; otherwise they pass
 */
public record LimitCalls(Duration timeout, boolean failClosed) {
    public static final LimitCalls DEFAULT = new LimitCalls(Duration.ofMillis(100), false);
}
