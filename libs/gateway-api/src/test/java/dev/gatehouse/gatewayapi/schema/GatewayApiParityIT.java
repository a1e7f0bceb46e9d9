package dev.gatehouse.gatewayapi.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Outline;
import dev.gatehouse.seclangtools.GoModule;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What readers ask for, laid beside Gateway API's CustomResourceDefinitions (experimental channel). {@code -Dgolden.update=true} writes the
 * page.
 */
class GatewayApiParityIT {
    private static final String MODULE = "sigs.k8s.io/gateway-api@v1.7.0";
    private static final String CRDS = "config/crd/experimental";
    private static final Path PAGE = Path.of("../../docs/gateway-api-parity.md");

    private static final List<Kind<?>> KINDS = List.of(
            Kinds.GATEWAY_CLASS,
            Kinds.GATEWAY,
            Kinds.LISTENER_SET,
            Kinds.HTTP_ROUTE,
            Kinds.GRPC_ROUTE,
            Kinds.TLS_ROUTE,
            Kinds.TCP_ROUTE,
            Kinds.UDP_ROUTE,
            Kinds.REFERENCE_GRANT,
            Kinds.BACKEND_TLS_POLICY,
            Kinds.X_BACKEND_TRAFFIC_POLICY);

    /** Why a field has no effect, by the kind and path, or the end of the path. */
    private static final Map<String, String> REASONS = Map.of("GatewayClass spec.description", "for people");

    /** What a reader asks for where the type beside it says so, which the outline of a reader does not show. */
    private static final List<String> READ_BY_TYPE = List.of(
            "spec.listeners[].filters.requests[].extensionRef",
            "spec.listeners[].filters.requests[].externalAuth",
            "spec.validation.subjectAltNames[].uri");

    private enum Service {
        READ("read"),
        WHOLE("passed on whole"),
        NONE("no effect");

        private final String text;

        Service(String text) {
            this.text = text;
        }
    }

    private record Row(String path, Service service) {}

    @Test
    void everyFieldIsReadOrHasAReason() throws IOException, InterruptedException {
        Path module = module();
        List<String> passedOver = new ArrayList<>();
        for (Kind<?> kind : KINDS) {
            rows(module, kind).stream()
                    .filter(row -> row.service() == Service.NONE)
                    .map(row -> kind.name() + " " + row.path())
                    .filter(row -> reason(row).isEmpty())
                    .forEach(passedOver::add);
        }
        assertThat(passedOver).isEmpty();
    }

    @Test
    void thePageSaysWhatIsServed() throws IOException, InterruptedException {
        Path module = module();
        StringBuilder page = new StringBuilder("""
                # Gateway API, leaf by leaf

                Made by the build: what Gatehouse's readers ask for, beside the schemas of Gateway API v1.7.0, experimental channel (`spec` of each kind).
                [parity.md](parity.md) is the same for Envoy Gateway's kinds.

                - **read**: the reader asks for the value.
                - **passed on whole**: a map of the user's names, or a value that is handed on as it was written.
                - **no effect**: valid, with the reason.

                Kinds of the experimental channel that are not read: XBackend (a Backend of `gateway.envoyproxy.io` does it), XMesh (Gatehouse is no mesh), and
                XTelemetryPolicy (`telemetry` of an EnvoyProxy does it).

                """);
        for (Kind<?> kind : KINDS) {
            page.append("## ").append(kind.name()).append("\n\n| field | | |\n|---|---|---|\n");
            rows(module, kind)
                    .forEach(row -> page.append("| `%s` | %s | %s |\n"
                            .formatted(
                                    row.path(),
                                    row.service().text,
                                    row.service() == Service.NONE
                                            ? reason(kind.name() + " " + row.path())
                                                    .orElse("")
                                            : "")));
            page.append('\n');
        }
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE).hasContent(page.toString());
    }

    private static Optional<String> reason(String row) {
        return REASONS.entrySet().stream()
                .filter(each -> row.endsWith(each.getKey()) || row.startsWith(each.getKey() + "."))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static List<Row> rows(Path module, Kind<?> kind) throws IOException {
        String name = kind.name().toLowerCase(Locale.ROOT);
        String plural = name.endsWith("cy")
                ? name.substring(0, name.length() - 1) + "ies"
                : name + (name.endsWith("s") ? "es" : "s");
        String definition;
        try (FileSystem archive = FileSystems.newFileSystem(module)) {
            definition = Files.readString(archive.getPath(MODULE, CRDS, kind.group() + "_" + plural + ".yaml"));
        }
        List<Row> rows = new ArrayList<>();
        walk(
                PeerModule.map(PeerModule.propertiesOf(definition), "spec"),
                Optional.ofNullable(Fields.outline(kind.body()).known().get("spec")),
                "spec",
                rows);
        return rows;
    }

    private static void walk(Map<String, Object> schema, Optional<Outline> asked, String path, List<Row> rows) {
        if (asked.isEmpty() || asked.get() instanceof Outline.Ignored) {
            rows.add(new Row(path, READ_BY_TYPE.contains(path) ? Service.READ : Service.NONE));
            return;
        }
        Map<String, Object> properties = PeerModule.map(schema, "properties");
        Map<String, Object> items = PeerModule.map(schema, "items");
        if (!properties.isEmpty() && asked.get() instanceof Outline.Fields fields) {
            new TreeMap<>(properties)
                    .forEach((name, field) -> walk(
                            PeerModule.asMap(field),
                            Optional.ofNullable(fields.known().get(name)),
                            path + "." + name,
                            rows));
        } else if (!items.isEmpty() && asked.get() instanceof Outline.Items list) {
            walk(items, Optional.of(list.item()), path + "[]", rows);
        } else {
            boolean whole = asked.get() instanceof Outline.Tree || asked.get() instanceof Outline.Named;
            rows.add(new Row(path, whole ? Service.WHOLE : Service.READ));
        }
    }

    /** The module; where it cannot be had, the test is left out, but for CI, where it fails. */
    private static Path module() throws IOException, InterruptedException {
        try {
            return GoModule.archive(MODULE);
        } catch (IOException e) {
            if (Boolean.parseBoolean(System.getenv("CI"))) {
                throw e;
            }
            Assumptions.abort(MODULE + " is not here: " + e.getMessage());
            throw e;
        }
    }
}
