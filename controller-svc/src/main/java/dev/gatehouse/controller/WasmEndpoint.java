package dev.gatehouse.controller;

import dev.gatehouse.controller.wasm.WasmFetcher;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Serves the code of Wasm extensions to the proxies. A module's path is the SHA-256 of its code, so that only clients
 * that know the code can name the module.
 */
@Singleton
final class WasmEndpoint {
    private static final int NOT_FOUND = 404;

    private final WasmFetcher wasm;

    @Inject
    WasmEndpoint(WasmFetcher wasm) {
        this.wasm = wasm;
    }

    void routes(@Observes Router router) {
        router.get("/wasm/:sha256").handler(this::serve);
    }

    private void serve(RoutingContext request) {
        Optional<Path> file = wasm.file(request.pathParam("sha256"));
        if (file.isPresent()) {
            request.response()
                    .putHeader("Content-Type", "application/wasm")
                    .sendFile(file.get().toString());
        } else {
            request.response().setStatusCode(NOT_FOUND).end();
        }
    }
}
