package dev.gatehouse.standalone.run;

import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.text.ResourceTrees;
import io.vertx.core.json.Json;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;

/** The pages that the command line asks: /gatehouse/status and /gatehouse/config, on loopback. */
@Singleton
final class AdminPage {
    private final Instance instance;
    private final Controller controller;

    AdminPage(Instance instance, Controller controller) {
        this.instance = instance;
        this.controller = controller;
    }

    void routes(@Observes Router router) {
        router.get("/gatehouse/status")
                .blockingHandler(context -> answer(context, instance.status().encode()), false);
        router.get("/gatehouse/config").blockingHandler(this::config, false);
    }

    private void config(RoutingContext context) {
        try {
            answer(context, Json.encode(ResourceTrees.of(controller.resources(), _ -> true)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            context.fail(503);
        }
    }

    private static void answer(RoutingContext context, String json) {
        context.response().putHeader("content-type", "application/json").end(json);
    }
}
