package dev.gatehouse.gatewayapi.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Outline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What readers ask for, laid beside the schemas. {@code -Dgolden.update=true} writes the page. */
class ParityTest {
    private static final Path PAGE = Path.of("../../docs/parity.md");

    /** What readers that several fields share ask for, and a schema refuses before: by the end of the path. */
    private static final List<String> REFUSED_BEFORE = List.of(
            "EnvoyPatchPolicy spec.targetRef.sectionName",
            ".als.host",
            ".als.port",
            ".backendRef.fallback",
            ".backendRef.weight");

    /** Why there is no test of a field, or no effect, by the end of its path. */
    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry(".header.remove[]", "refused: Envoy Gateway's schema has no removal there"),
            Map.entry(
                    "EnvoyProxy spec.dynamicModules[].doNotClose",
                    "how the loader opens the library (RTLD_NODELETE): no request differs; `ExtensionSettingsTest`"),
            Map.entry(
                    "EnvoyProxy spec.dynamicModules[].loadGlobally",
                    "how the loader opens the library (RTLD_GLOBAL): no request differs; `ExtensionSettingsTest`"),
            Map.entry("EnvoyProxy spec.luaValidation", "no effect on a proxy: scripts are parsed in any case"),
            Map.entry(
                    ".loadBalancer.dynamicModule",
                    "Envoy Gateway's API marks it as not implemented, and no code of it reads it"),
            Map.entry(
                    ".redirect.path.replacePrefixMatch", "refused: Envoy Gateway's schema takes ReplaceFullPath alone"),
            Map.entry("spec.extProc[].backendRef", "refused: Envoy Gateway's schema takes backendRefs alone"),
            Map.entry("Backend spec.tls.fingerprints", "fingerprints are of clients, and a backend is none"),
            Map.entry("EnvoyProxy spec.backendTLS.fingerprints", "fingerprints are of clients, and a backend is none"),
            Map.entry(
                    "EnvoyProxy spec.provider.host",
                    "proxies as processes beside the controller: `gatehouse run` has them"),
            Map.entry(".prometheus.compression.brotli", "an object without fields: `type` decides"),
            Map.entry(".prometheus.compression.gzip", "an object without fields: `type` decides"),
            Map.entry(".prometheus.compression.zstd", "an object without fields: `type` decides"),
            Map.entry(
                    "spec.oidc.disableTokenEncryption",
                    "tokens in cookies are always sealed: without that, whoever has the cookie has the tokens"));

    private enum Service {
        READ("read"),
        WHOLE("passed on whole"),
        IGNORED("no effect"),
        NOT("not served");

        private final String text;

        boolean effective() {
            return this == READ || this == WHOLE;
        }

        Service(String text) {
            this.text = text;
        }
    }

    /** @param leaves how many leaves are at or below the path */
    private record Row(String path, int leaves, Service service, List<ShownBy.Around> around) {}

    @Test
    void noReaderAsksForAFieldThatTheSchemaLacks() {
        List<String> strangers = new ArrayList<>();
        for (String kind : Schemas.kinds()) {
            rows(kind, strangers);
        }
        assertThat(strangers)
                .filteredOn(stranger -> REFUSED_BEFORE.stream().noneMatch(stranger::endsWith))
                .isEmpty();
    }

    @Test
    void everyFieldThatIsReadHasATestOrAReason() throws IOException {
        ShownBy shown = ShownBy.read();
        List<String> untested = new ArrayList<>();
        for (String kind : Schemas.kinds()) {
            rows(kind, new ArrayList<>()).stream()
                    .filter(row ->
                            row.service().effective() && shown(shown, kind, row).isEmpty())
                    .forEach(row -> untested.add(kind + " " + row.path()));
        }
        assertThat(untested).isEmpty();
    }

    @Test
    void everyFieldWithoutEffectHasAReason() {
        List<String> unreasoned = new ArrayList<>();
        for (String kind : Schemas.kinds()) {
            rows(kind, new ArrayList<>()).stream()
                    .filter(row ->
                            !row.service().effective() && reason(kind, row).isEmpty())
                    .forEach(row -> unreasoned.add(kind + " " + row.path()));
        }
        assertThat(unreasoned).isEmpty();
    }

    private static Optional<String> shown(ShownBy tests, String kind, Row row) {
        return reason(kind, row).or(() -> tests.of(kind, row.path(), row.around()));
    }

    private static Optional<String> reason(String kind, Row row) {
        return REASONS.entrySet().stream()
                .filter(reason -> (kind + " " + row.path()).endsWith(reason.getKey()))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    @Test
    void thePageSaysWhatIsServedAndWhatShowsIt() throws IOException {
        ShownBy shown = ShownBy.read();
        StringBuilder page = new StringBuilder("""
            # Envoy Gateway's API, leaf by leaf

            Made by the build: what Gatehouse's readers ask for, beside the schemas of Envoy Gateway 1.9.1 (`spec` of each kind). A leaf is a
            scalar, a list or map of scalars, or an object without a declared shape. What no reader asks for stands once, with its leaves.

            - **read**: the reader asks for the value.
            - **passed on whole**: into an object of Kubernetes, or into Envoy's configuration, as it was written.
            - **no effect**: valid, and passed over with a warning where that matters.
            - **not served**: valid for the API server; the reader says in the object's status that it is not served.

            The last column names a test in whose objects the field is: of integration tests, which send requests through the real Envoy (`…IT`), else of
            scripts of `e2e`, which do on a cluster, else of golden folders, whose configuration the real Envoy loads, else of unit tests. What Kubernetes
            does with a field of the objects that run proxies no request shows: `FleetGoldenTest` compares these objects. A kind in parentheses: the field
            there that has the same type, and so the same reader. The build fails where a field has neither a test nor a reason.

            How statuses differ from Envoy Gateway's, case by case of its own translator's tests, and why: [status-parity.md](status-parity.md).

            """);
        StringBuilder kinds = new StringBuilder();
        page.append("| kind | leaves | read | passed on whole | no effect | not served |\n|---|---|---|---|---|---|\n");
        for (String kind : Schemas.kinds()) {
            List<Row> rows = rows(kind, new ArrayList<>());
            page.append(
                    "| [%s](#%s) | %d".formatted(kind, kind.toLowerCase(Locale.ROOT), leaves(rows, Optional.empty())));
            for (Service service : Service.values()) {
                page.append(" | ").append(leaves(rows, Optional.of(service)));
            }
            page.append(" |\n");
            kinds.append("\n## ").append(kind).append("\n\n| field | leaves | | shown by |\n|---|---|---|---|\n");
            rows.forEach(row -> kinds.append("| `%s` | %d | %s | %s |\n"
                    .formatted(
                            row.path(),
                            row.leaves(),
                            row.service().text,
                            (row.service().effective() ? shown(shown, kind, row) : reason(kind, row)).orElse(""))));
        }
        page.append(kinds);
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(PAGE, page);
        }
        assertThat(PAGE).hasContent(page.toString());
    }

    private static int leaves(List<Row> rows, Optional<Service> service) {
        return rows.stream()
                .filter(row -> service.isEmpty() || row.service() == service.get())
                .mapToInt(Row::leaves)
                .sum();
    }

    private static List<Row> rows(String name, List<String> strangers) {
        Kind<?> kind = Kinds.find(Kinds.ENVOY_GATEWAY_GROUP, name).orElseThrow();
        List<Row> rows = new ArrayList<>();
        walk(
                Schemas.find(name).orElseThrow().spec(),
                Optional.ofNullable(Fields.outline(kind.body()).known().get("spec")),
                "spec",
                List.of(),
                rows,
                name,
                strangers);
        return rows;
    }

    private static void walk(
            Schema schema,
            Optional<Outline> asked,
            String path,
            List<ShownBy.Around> around,
            List<Row> rows,
            String kind,
            List<String> strangers) {
        if (asked.isEmpty()) {
            rows.add(new Row(path, count(schema), Service.NOT, around));
            return;
        }
        if (asked.get() instanceof Outline.Ignored) {
            rows.add(new Row(path, count(schema), Service.IGNORED, around));
            return;
        }
        switch (schema.form()) {
            case Schema.Fields fields
            when asked.get() instanceof Outline.Fields outline -> {
                outline.known().keySet().stream()
                        .filter(name -> !fields.fields().containsKey(name))
                        .forEach(name -> strangers.add(kind + " " + path + "." + name));
                fields.fields()
                        .forEach((name, field) -> walk(
                                field,
                                Optional.ofNullable(outline.known().get(name)),
                                path + "." + name,
                                ShownBy.within(around, fields, path),
                                rows,
                                kind,
                                strangers));
            }
            case Schema.Items items
            when asked.get() instanceof Outline.Items outline ->
                walk(items.item(), Optional.of(outline.item()), path + "[]", around, rows, kind, strangers);
            case Schema.Named named
            when asked.get() instanceof Outline.Named outline ->
                walk(named.value(), Optional.of(outline.value()), path + "{}", around, rows, kind, strangers);
            default ->
                rows.add(new Row(
                        path,
                        count(schema),
                        asked.get() instanceof Outline.Tree || count(schema) > 1 ? Service.WHOLE : Service.READ,
                        around));
        }
    }

    private static int count(Schema schema) {
        return switch (schema.form()) {
            case Schema.Fields fields ->
                Math.max(
                        1,
                        fields.fields().values().stream()
                                .mapToInt(ParityTest::count)
                                .sum());
            case Schema.Items items -> count(items.item());
            case Schema.Named named -> count(named.value());
            default -> 1;
        };
    }
}
