package dev.gatehouse.standalone.run;

import dev.gatehouse.console.http.ConsoleConfig;
import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.explain.Caller;
import dev.gatehouse.controller.explain.Explainer;
import dev.gatehouse.controller.explain.Question;
import dev.gatehouse.envoyprocess.EnvoyAdmin;
import dev.gatehouse.envoyprocess.EnvoyProcess;
import dev.gatehouse.grpcserver.admin.Visitors;
import io.vertx.core.json.Json;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The pages that the command line asks, on loopback: the paths /gatehouse/status, envoys, logs and explain; the services have pages of their own. */
@Singleton
final class AdminPage {
    private static final List<String> ENVOY_PAGES = List.of(
            "/config_dump",
            "/clusters",
            "/listeners",
            "/server_info",
            "/stats",
            "/stats/prometheus",
            "/ready",
            "/memory");

    private final Instance instance;
    private final Controller controller;
    private final RecentLines lines;
    private final Visitors visitors;

    AdminPage(Instance instance, Controller controller, RecentLines lines, ConsoleConfig console) {
        this.instance = instance;
        this.controller = controller;
        this.lines = lines;
        this.visitors = console.visitors();
    }

    void routes(@Observes Router router) {
        // Prometheus may come by another name, and from another host: /gatehouse/proxies is not among them.
        for (String path : List.of("status", "envoys", "envoys/admin", "logs", "explain")) {
            router.route("/gatehouse/" + path).handler(this::admitted);
        }
        router.get("/gatehouse/status")
                .blockingHandler(context -> answer(context, instance.status().encode()), false);
        router.get("/gatehouse/envoys")
                .blockingHandler(context -> answer(context, instance.envoys().encode()), false);
        router.get("/gatehouse/envoys/admin").blockingHandler(this::envoy, false);
        router.get("/gatehouse/logs").handler(this::logs);
        router.get("/gatehouse/explain").blockingHandler(this::explain, false);
    }

    private void admitted(RoutingContext context) {
        visitors.refusal(context.request())
                .ifPresentOrElse(
                        refusal -> context.response().setStatusCode(403).end(refusal + "\n"), context::next);
    }

    private void explain(RoutingContext context) {
        try {
            Question question = Question.of(
                            context.queryParams().contains("method")
                                    ? context.queryParams().get("method")
                                    : "GET",
                            Objects.requireNonNullElse(context.queryParams().get("url"), ""),
                            context.queryParams().getAll("header"),
                            parameter(context, "source"))
                    .from(Caller.of(
                            parameter(context, "claims"),
                            parameter(context, "certificate"),
                            parameter(context, "time")));
            answer(context, Json.encode(controller.ask(translator -> new Explainer(translator).explain(question))));
        } catch (IllegalArgumentException e) {
            context.response().setStatusCode(400).end(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            context.fail(503);
        }
    }

    /** A page of an Envoy's that only shows. */
    private void envoy(RoutingContext context) {
        String path = parameter(context, "path").orElse("");
        String fleet = parameter(context, "fleet").orElse("");
        int query = path.indexOf('?');
        if (!ENVOY_PAGES.contains(query < 0 ? path : path.substring(0, query))) {
            context.response()
                    .setStatusCode(400)
                    .end("\"" + path + "\" is not led to (expected: one of " + ENVOY_PAGES + ").");
            return;
        }
        Optional<EnvoyAdmin> admin =
                instance.fleet().flatMap(all -> all.process(fleet)).flatMap(EnvoyProcess::admin);
        if (admin.isEmpty()) {
            context.response()
                    .setStatusCode(400)
                    .end("The Envoy of \"" + fleet + "\" does not run here (expected: one of "
                            + instance.envoys().stream()
                                    .map(each -> ((JsonObject) each).getString("fleet"))
                                    .toList()
                            + ").");
            return;
        }
        try {
            context.response()
                    .putHeader("content-type", "text/plain; charset=utf-8")
                    .end(admin.get().get(path));
        } catch (IOException e) {
            context.response().setStatusCode(502).end("The proxy's admin page: " + e.getMessage());
        }
    }

    private void logs(RoutingContext context) {
        try {
            answer(
                    context,
                    lines.after(
                                    Long.parseLong(parameter(context, "after").orElse("0")),
                                    parameter(context, "source").orElse(""))
                            .encode());
        } catch (NumberFormatException e) {
            context.response().setStatusCode(400).end("after: no number (expected: that of a line)");
        }
    }

    private static Optional<String> parameter(RoutingContext context, String name) {
        return Optional.ofNullable(context.queryParams().get(name));
    }

    private static void answer(RoutingContext context, String json) {
        context.response().putHeader("content-type", "application/json").end(json);
    }
}
