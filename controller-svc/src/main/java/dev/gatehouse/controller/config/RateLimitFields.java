package dev.gatehouse.controller.config;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Map;
import java.util.Optional;

/**
 * Reads {@code rateLimit}: how proxies call ratelimit-svc, and, for a process with all services, where ratelimit-svc
 * keeps its counters.
 */
final class RateLimitFields {
    private static final String REDIS = "gatehouse.ratelimit.redis.url";

    private enum BackendType {
        Redis
    }

    private RateLimitFields() {}

    static String read(Fields f, Map<String, String> properties) {
        f.requiredObject("backend", backend -> {
            backend.requiredChoice("type", BackendType.class);
            return backend.requiredObject("redis", redis -> redis(redis, properties));
        });
        f.duration("timeout").ifPresent(timeout -> {
            if (timeout.isZero()) {
                f.wrong("timeout", "0 (expected: more than 0)");
            }
            properties.put(EnvoyGatewayFile.LIMIT_TIMEOUT, timeout.toString());
        });
        f.bool("failClosed").ifPresent(closed -> properties.put(EnvoyGatewayFile.LIMIT_FAIL_CLOSED, closed.toString()));
        f.passOver("telemetry", "is for ratelimit-svc, which has Prometheus metrics at /q/metrics");
        return "";
    }

    private static String redis(Fields f, Map<String, String> properties) {
        Optional<String> url = f.string("url").filter(text -> !text.isEmpty());
        if (url.isPresent() == f.has("urlRef")) {
            f.wrong(
                    "url",
                    "is " + (url.isPresent() ? "there beside urlRef" : "missing") + " (expected: url or urlRef)");
        }
        f.passOver("urlRef", "is for ratelimit-svc: GATEHOUSE_RATELIMIT_REDIS_URL, from the Secret");
        boolean tls = f.has("tls");
        f.object("tls", each -> {
            each.passOver("certificateRef", "is not shown to Redis: ratelimit-svc has no client certificate for it");
            return "";
        });
        url.ifPresent(text -> {
            if (text.contains(",")) {
                f.warn("url", "several hosts are not served; ratelimit-svc counts in one Redis; passed over");
            } else {
                properties.put(REDIS, text.contains("://") ? text : (tls ? "rediss://" : "redis://") + text);
            }
        });
        return "";
    }
}
