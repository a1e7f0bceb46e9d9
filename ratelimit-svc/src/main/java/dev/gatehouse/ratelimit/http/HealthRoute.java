package dev.gatehouse.ratelimit.http;

import dev.gatehouse.ratelimit.xds.RuleSubscriber;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** {@code GET /healthcheck} as envoyproxy/ratelimit answers it: 200 "OK", or 500 until the first configuration is there. */
@Singleton
final class HealthRoute {
    private final RuleSubscriber rules;

    HealthRoute(RuleSubscriber rules) {
        this.rules = rules;
    }

    void register(@Observes Router router) {
        router.get("/healthcheck").handler(context -> {
            boolean ready = rules.book().isPresent();
            context.response()
                    .setStatusCode(ready ? 200 : 500)
                    .putHeader("content-type", "text/plain; charset=utf-8")
                    .end(ready ? "OK" : "no rate limit configuration received yet");
        });
    }
}
