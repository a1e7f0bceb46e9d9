package dev.gatehouse.grpcserver.admin;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Any;
import jakarta.enterprise.inject.Instance;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * {@code /gatehouse/sbom}: the SBOM of the process as CycloneDX 1.6: its libraries, the JDK, and its other parts.
 * Thread-safe.
 */
@Singleton
final class SbomPage {
    private final String service;
    private final String version;
    private final Instance<SoftwarePart> parts;

    SbomPage(
            @ConfigProperty(name = "quarkus.application.name") String service,
            @ConfigProperty(name = "quarkus.application.version") String version,
            @Any Instance<SoftwarePart> parts) {
        this.service = service;
        this.version = version;
        this.parts = parts;
    }

    void routes(@Observes Router router) {
        AdminPages.get(router, "/gatehouse/sbom", _ -> sbom().encode());
    }

    private JsonObject sbom() {
        Optional<List<Libraries.Library>> libraries = Libraries.ofThisProcess();
        JsonArray components = new JsonArray();
        libraries.orElse(List.of()).forEach(each -> components.add(each.component()));
        components.add(generic("openjdk", Libraries.jdkVersion()));
        parts.stream()
                .flatMap(part -> part.pieces().stream())
                .distinct()
                .forEach(piece -> components.add(generic(piece.name(), piece.version())));
        return new JsonObject()
                .put("bomFormat", "CycloneDX")
                .put("specVersion", "1.6")
                .put("version", 1)
                .put(
                        "metadata",
                        new JsonObject()
                                .put(
                                        "component",
                                        new JsonObject()
                                                .put("type", "application")
                                                .put("name", service)
                                                .put("version", version))
                                .put(
                                        "properties",
                                        new JsonArray()
                                                .add(new JsonObject()
                                                        .put("name", "gatehouse:libraries")
                                                        .put("value", libraries.isPresent() ? "known" : "unknown"))))
                .put("components", components);
    }

    private static JsonObject generic(String name, String version) {
        return new JsonObject()
                .put("type", "application")
                .put("name", name)
                .put("version", version)
                .put("purl", "pkg:generic/" + name + "@" + version);
    }
}
