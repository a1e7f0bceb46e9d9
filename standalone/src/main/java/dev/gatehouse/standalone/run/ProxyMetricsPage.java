package dev.gatehouse.standalone.run;

import dev.gatehouse.envoyprocess.EnvoyAdmin;
import dev.gatehouse.envoyprocess.EnvoyProcess;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/**
 * The metrics of the Envoys, whose admin pages are Unix sockets that no Prometheus reads: {@code /gatehouse/proxies/metrics?fleet=NAME}, and
 * {@code /gatehouse/proxies}, the targets for {@code http_sd_configs}, each with the label {@code fleet}.
 */
@Singleton
final class ProxyMetricsPage {
    private static final String METRICS = "/gatehouse/proxies/metrics";

    private final Instance instance;

    ProxyMetricsPage(Instance instance) {
        this.instance = instance;
    }

    void routes(@Observes Router router) {
        router.get("/gatehouse/proxies").handler(this::targets);
        router.get(METRICS).blockingHandler(this::metrics, false);
    }

    private void targets(RoutingContext context) {
        JsonArray targets = new JsonArray();
        instance.fleet()
                .ifPresent(fleet -> fleet.states()
                        .keySet()
                        .forEach(name -> targets.add(new JsonObject()
                                .put(
                                        "targets",
                                        new JsonArray()
                                                .add(context.request()
                                                        .authority()
                                                        .toString()))
                                .put(
                                        "labels",
                                        new JsonObject()
                                                .put("__metrics_path__", METRICS)
                                                .put("__param_fleet", name)
                                                .put("instance", name)
                                                .put("fleet", name)))));
        context.response().putHeader("content-type", "application/json").end(targets.encode());
    }

    private void metrics(RoutingContext context) {
        String name = Objects.requireNonNullElse(context.queryParams().get("fleet"), "");
        Optional<EnvoyAdmin> admin =
                instance.fleet().flatMap(fleet -> fleet.process(name)).flatMap(EnvoyProcess::admin);
        if (admin.isEmpty()) {
            context.response().setStatusCode(404).end("no proxy of \"" + name + "\" runs");
            return;
        }
        try {
            context.response()
                    .putHeader("content-type", "text/plain; version=0.0.4; charset=utf-8")
                    .end(admin.get().get("/stats/prometheus"));
        } catch (IOException e) {
            context.response()
                    .setStatusCode(503)
                    .end("the proxy of \"" + name + "\" does not answer: " + e.getMessage());
        }
    }
}
