package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Trees;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code gatehouse import} writes is accepted by the controller. */
final class ImportedPoliciesTest {
    private static final Path SOURCES = Path.of("src/test/resources/import");
    private static final Set<String> KINDS =
            Set.of("SecurityPolicy", "SSOPolicy", "HTTPRoute", "Backend", "BackendTLSPolicy", "HTTPRouteFilter");

    static List<Path> written() throws IOException {
        try (Stream<Path> folders = Files.list(SOURCES)) {
            return folders.map(each -> each.resolve("policies.yaml"))
                    .filter(Files::exists)
                    .sorted()
                    .toList();
        }
    }

    @ParameterizedTest
    @MethodSource("written")
    void everyObjectIsAccepted(Path policies) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Gatehouse.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(
                        "translate",
                        "--type",
                        "status",
                        "-f",
                        policies.toString(),
                        "-f",
                        "src/test/resources/import-support.yaml");
        assertThat(code).as(err.toString()).isZero();
        assertThat(err.toString()).isEmpty();
        YamlDocuments documents = YamlDocuments.read("out", out.toString());
        List<Map<String, Object>> judged = documents.documents().stream()
                .map((Node.Mapping each) -> Trees.of(each))
                .filter(each -> KINDS.contains(each.get("kind")))
                .toList();
        assertThat(judged)
                .hasSizeGreaterThan(1)
                .allSatisfy(object -> assertThat(
                                object.get("status") == null
                                        ? ""
                                        : object.get("status").toString())
                        .as(object.toString())
                        .doesNotContain("status=False")
                        .satisfies(status -> assertThat(
                                        status.contains("status=True") || "HTTPRouteFilter".equals(object.get("kind")))
                                .isTrue()));
    }
}
