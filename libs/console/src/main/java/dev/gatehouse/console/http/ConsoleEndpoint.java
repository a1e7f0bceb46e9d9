package dev.gatehouse.console.http;

import dev.gatehouse.console.Answer;
import dev.gatehouse.console.Console;
import dev.gatehouse.console.ConsoleSource;
import dev.gatehouse.console.Query;
import dev.gatehouse.grpcserver.admin.Visitors;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Serves the console, where the application has a {@link ConsoleSource}. Nothing of it is made before the first request. */
@Singleton
final class ConsoleEndpoint {
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self';"
                    + " form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    private static final Map<String, String> HEADERS = Map.of(
            "content-security-policy", POLICY,
            "x-content-type-options", "nosniff",
            "x-frame-options", "DENY",
            "referrer-policy", "no-referrer",
            "cross-origin-opener-policy", "same-origin",
            "cross-origin-resource-policy", "same-origin",
            "permissions-policy", "camera=(), geolocation=(), microphone=()",
            "cache-control", "no-store");

    private final ConsoleConfig config;
    private final Visitors visitors;
    private final Instance<ConsoleSource> source;
    private final AtomicReference<@Nullable Console> console = new AtomicReference<>();

    ConsoleEndpoint(ConsoleConfig config, Instance<ConsoleSource> source) {
        this.config = config;
        this.source = source;
        visitors = config.visitors();
    }

    void routes(@Observes Router router) {
        if (config.enabled() && source.isResolvable()) {
            // Vert.x takes this for the root, too.
            router.route("/console").handler(context -> admitted(context, ConsoleEndpoint::redirect));
            router.route(Console.ROOT + "*").handler(context -> admitted(context, RoutingContext::next));
            router.route(Console.ROOT + "*").blockingHandler(this::answer, false);
        }
    }

    private void admitted(RoutingContext context, Consumer<RoutingContext> then) {
        HttpServerRequest request = context.request();
        HttpServerResponse response = context.response();
        HEADERS.forEach(response::putHeader);
        Optional<String> refusal = visitors.refusal(request);
        if (refusal.isPresent()) {
            text(response.setStatusCode(403), refusal.get());
        } else if (!request.method().equals(HttpMethod.GET) && !request.method().equals(HttpMethod.HEAD)) {
            text(
                    response.setStatusCode(405).putHeader("allow", "GET, HEAD"),
                    "The console only shows (expected: GET or HEAD).");
        } else {
            then.accept(context);
        }
    }

    private static void redirect(RoutingContext context) {
        if (context.request().path().equals(Console.ROOT)) {
            context.next();
        } else {
            context.response()
                    .setStatusCode(308)
                    .putHeader("location", Console.ROOT)
                    .end();
        }
    }

    private void answer(RoutingContext context) {
        try {
            Map<String, List<String>> parameters = new LinkedHashMap<>();
            context.queryParams()
                    .names()
                    .forEach(name -> parameters.put(name, context.queryParams().getAll(name)));
            Answer answer =
                    console().answer(context.request().path().substring(Console.ROOT.length()), new Query(parameters));
            context.response()
                    .setStatusCode(answer.status())
                    .putHeader("content-type", answer.type())
                    .end(Buffer.buffer(answer.body()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            text(context.response().setStatusCode(503), "It stops.");
        }
    }

    private Console console() {
        Console made = console.get();
        if (made == null) {
            console.compareAndSet(null, new Console(source.get()));
            made = console.get();
        }
        return Objects.requireNonNull(made);
    }

    private static void text(HttpServerResponse response, String message) {
        response.putHeader("content-type", "text/plain; charset=utf-8").end(message + "\n");
    }
}
