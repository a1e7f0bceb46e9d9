package dev.gatehouse.grpcserver.admin;

import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Function;

/**
 * Pages of a service that answer {@code GET} with JSON, to this host alone: on Kubernetes to a port-forward, whose connections come from the
 * pod's own loopback. Thread-safe.
 */
public final class AdminPages {
    private AdminPages() {}

    /**
     * Registers a page.
     *
     * @param path such as {@code /gatehouse/xds/subscribers}
     * @param json makes the answer, on a worker thread; an IllegalArgumentException is answered with 400 and its message
     */
    public static void get(Router router, String path, Function<RoutingContext, String> json) {
        router.get(path).handler(AdminPages::admitted);
        router.get(path).blockingHandler(context -> answer(context, json), false);
    }

    private static void admitted(RoutingContext context) {
        Visitors.LOOPBACK_ONLY
                .refusal(context.request())
                .ifPresentOrElse(
                        refusal -> context.response().setStatusCode(403).end(refusal + "\n"), context::next);
    }

    private static void answer(RoutingContext context, Function<RoutingContext, String> json) {
        String text;
        try {
            text = json.apply(context);
        } catch (IllegalArgumentException e) {
            context.response()
                    .setStatusCode(400)
                    .putHeader("content-type", "text/plain; charset=utf-8")
                    .end(String.valueOf(e.getMessage()));
            return;
        }
        context.response()
                .putHeader("content-type", "application/json")
                .putHeader("cache-control", "no-store")
                .end(text);
    }
}
