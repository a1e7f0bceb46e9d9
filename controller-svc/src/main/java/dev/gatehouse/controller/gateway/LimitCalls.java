package dev.gatehouse.controller.gateway;

import java.time.Duration;

/**
 * How proxies call ratelimit-svc.
 *
 * @param timeout how long a proxy waits before ratelimit-svc counts as unavailable
 * @param failClosed true: requests are answered with 500 while ratelimit-svc is unavailable; false: they pass
 */
public record LimitCalls(Duration timeout, boolean failClosed) {
    public static final LimitCalls DEFAULT = new LimitCalls(Duration.ofMillis(100), false);
}
