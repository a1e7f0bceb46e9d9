package dev.gatehouse.standalone.run;

import dev.gatehouse.console.http.ConsoleConfig;
import dev.gatehouse.console.http.Visitors;
import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.explain.Caller;
import dev.gatehouse.controller.explain.Explainer;
import dev.gatehouse.controller.explain.Question;
import dev.gatehouse.controller.text.ResourceTrees;
import io.vertx.core.json.Json;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** The pages that the command line asks, on loopback: the paths /gatehouse/status, config, xds and explain. */
@Singleton
final class AdminPage {
    private final Instance instance;
    private final Controller controller;
    private final XdsPages xds;
    private final Visitors visitors;

    AdminPage(Instance instance, Controller controller, XdsPages xds, ConsoleConfig console) {
        this.instance = instance;
        this.controller = controller;
        this.xds = xds;
        this.visitors = new Visitors(console);
    }

    void routes(@Observes Router router) {
        // Prometheus may come by another name, and from another host: /gatehouse/proxies is not among them.
        for (String path : List.of("status", "config", "xds/*", "explain")) {
            router.route("/gatehouse/" + path).handler(this::admitted);
        }
        router.get("/gatehouse/status")
                .blockingHandler(context -> answer(context, instance.status().encode()), false);
        router.get("/gatehouse/config").blockingHandler(this::config, false);
        router.get("/gatehouse/xds/proxies")
                .blockingHandler(
                        context -> answer(context, xds.proxies(Instant.now()).encode()), false);
        router.get("/gatehouse/xds/diff").blockingHandler(this::difference, false);
        router.get("/gatehouse/explain").blockingHandler(this::explain, false);
    }

    private void admitted(RoutingContext context) {
        visitors.refusal(context.request())
                .ifPresentOrElse(
                        refusal -> context.response().setStatusCode(403).end(refusal + "\n"), context::next);
    }

    private void config(RoutingContext context) {
        try {
            answer(context, Json.encode(ResourceTrees.of(controller.resources(), _ -> true)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            context.fail(503);
        }
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

    private void difference(RoutingContext context) {
        try {
            answer(
                    context,
                    xds.difference(parameter(context, "proxy").orElse("")).encode());
        } catch (IllegalArgumentException e) {
            context.response().setStatusCode(400).end(e.getMessage());
        } catch (IOException e) {
            context.response().setStatusCode(502).end("The proxy's admin page: " + e.getMessage());
        }
    }

    private static Optional<String> parameter(RoutingContext context, String name) {
        return Optional.ofNullable(context.queryParams().get(name));
    }

    private static void answer(RoutingContext context, String json) {
        context.response().putHeader("content-type", "application/json").end(json);
    }
}
