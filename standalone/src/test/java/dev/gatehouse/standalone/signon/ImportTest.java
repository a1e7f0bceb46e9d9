package dev.gatehouse.standalone.signon;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Node;
import dev.gatehouse.gatewayapi.yaml.Trees;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import dev.gatehouse.standalone.ImportCommand;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** {@code gatehouse import}: each folder below {@code import} has a configuration, what is made from it, and the report. */
final class ImportTest {
    private static final Path SOURCES = Path.of("src/test/resources/import");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    static List<String> folders() throws IOException {
        try (Stream<Path> folders = Files.list(SOURCES)) {
            return folders.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    private int execute(Path folder, List<String> arguments) {
        String[] words = arguments.stream()
                .skip(1)
                .map(word -> word.matches(".+\\.(cfg|yaml|json|env)")
                        ? folder.resolve(word).toString()
                        : word)
                .toArray(String[]::new);
        return new CommandLine(new ImportCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(words);
    }

    private String report(Path folder) {
        return err.toString().replace(folder + "/", "");
    }

    @ParameterizedTest
    @MethodSource("folders")
    void whatIsMadeAndWhatIsTold(String name) throws IOException {
        Path folder = SOURCES.resolve(name);
        int code = execute(folder, Files.readAllLines(folder.resolve("arguments")));
        Path policies = folder.resolve("policies.yaml");
        Path report = folder.resolve("report.txt");
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(report, report(folder));
            if (code == 0) {
                Files.writeString(policies, out.toString());
            }
        }
        assertThat(report(folder)).isEqualTo(Files.readString(report));
        assertThat(out.toString()).isEqualTo(Files.exists(policies) ? Files.readString(policies) : "");
        assertThat(code).isEqualTo(Files.exists(policies) ? 0 : 1);
        assertThat(err.toString())
                .as("no secret")
                .doesNotContain("hidden", "never shown", "s3cr=t", "0123456789abcdef");
    }

    @Test
    void whatHasNoCounterpartIsWrittenOnlyWhenAsked() throws IOException {
        Path folder = SOURCES.resolve("oauth2-proxy-gaps");
        List<String> arguments = new ArrayList<>(Files.readAllLines(folder.resolve("arguments")));
        assertThat(execute(folder, arguments)).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        arguments.remove("--gateway");
        arguments.remove("front");
        arguments.addAll(List.of("--allow-gaps", "--target", "HTTPRoute/portal"));
        assertThat(execute(folder, arguments)).as(err.toString()).isZero();
        assertThat(out.toString()).contains("kind: SecurityPolicy");
    }

    @Test
    void everyOptionHasAFateOrAPolicyIsMadeFromIt() {
        Report report = new Report();
        OAuth2ProxyOptions.all()
                .forEach(option -> option.fate()
                        .ifPresent(fate -> fate.accept(
                                report, new Setting(option.flag(), new Location("f", 1, 1), List.of("x")))));
        assertThat(report.entries()).hasSizeGreaterThan(100);
        assertThat(report.hasErrors()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a = \"\\u1\"",
                "a = [",
                "a = ['x'",
                "= 1",
                "a",
                "a = 'x",
                "a = \"\"\"x",
                "\u0000",
                "a = [1 2]",
                "[x",
                "a=]"
            })
    void aTextThatIsCutOffIsToldWithItsPlace(String text) {
        Report report = new Report();
        AssignmentText.read(new Location("f", 1, 1), text, report);
        assertThat(report.hasErrors()).isTrue();
        assertThat(report.entries().getFirst().toString()).startsWith("f:1:");
    }

    @Test
    void flagsWinOverVariablesAndTheseOverFiles(@TempDir Path folder) throws IOException {
        Files.writeString(
                folder.resolve("a.cfg"),
                "client_id = \"file\"\nclient_secret = \"x\"\nemail_domains = \"*\"\n"
                        + "upstreams = \"static://202\"\nprovider = \"google\"\nscope = \"file\"\nprompt = \"file\"\n");
        Files.writeString(folder.resolve("b.env"), "OAUTH2_PROXY_SCOPE=variable\nOAUTH2_PROXY_PROMPT=variable\n");
        Files.writeString(folder.resolve("c.yaml"), """
                kind: Pod
                spec:
                  containers:
                  - image: oauth2-proxy
                    args: [--prompt, flag]
                """);
        assertThat(execute(
                        folder,
                        List.of("import", "oauth2-proxy", "a.cfg", "b.env", "c.yaml", "--target", "HTTPRoute/x")))
                .as(err.toString())
                .isZero();
        Node.Mapping policy = YamlDocuments.read("out", out.toString()).documents().stream()
                .filter(each -> "SecurityPolicy".equals(Trees.of(each).get("kind")))
                .findFirst()
                .orElseThrow();
        Node.Mapping sso = YamlDocuments.read("out", out.toString()).documents().getLast();
        assertThat(Trees.of(policy).toString()).contains("clientID=file").contains("scopes=[variable]");
        assertThat(Trees.of(sso).toString()).contains("name=prompt, value=flag");
    }

    /** A secret that is written wrongly is not taken for names of options, which are told. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "client_secret = \"a\\qb SECRET = 1\"",
                "client_secret = \"\"\"\\q\nSECRET = 'x'\nSECRET\n\"\"\"",
                "client_secret = [\"a\\q\", \"SECRET\"]",
                "client_secret = SECRET",
                "client_secret = 'SECRET"
            })
    void aSecretThatIsWrittenWronglyIsNotTold(String text) {
        Report report = new Report();
        assertThat(AssignmentText.read(new Location("f", 1, 1), text, report)).isEmpty();
        assertThat(report.hasErrors()).isTrue();
        assertThat(report.entries().toString()).doesNotContain("SECRET");
    }

    @Test
    void everyBeginOfAFileIsReadOrToldToBeWrong() throws IOException {
        String text = Files.readString(SOURCES.resolve("oauth2-proxy-upstreams/oauth2-proxy.cfg"));
        for (int length = 0; length <= text.length(); length++) {
            OAuth2ProxyFiles files = new OAuth2ProxyFiles(new Report());
            files.read("f", text.substring(0, length));
            assertThat(files.settings()).hasSizeLessThan(40);
        }
    }
}
