package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * {@code gatehouse import ingress-nginx|envoy-gateway|teg}: each folder below {@code migration} has the input, what is written, and the report.
 * Its name begins with what it is of. {@code support.yaml} has objects that are there already, such as Services.
 */
final class MigrationTest {
    private static final Path SOURCES = Path.of("src/test/resources/migration");

    private record Run(int code, String out, String err) {}

    static List<String> folders() throws IOException {
        try (Stream<Path> folders = Files.list(SOURCES)) {
            return folders.map(each -> each.getFileName().toString()).sorted().toList();
        }
    }

    /** Those of which something is written: the others are refused. */
    static List<String> written() throws IOException {
        return folders().stream()
                .filter(name -> Files.exists(SOURCES.resolve(name).resolve("out.yaml")))
                .toList();
    }

    private static Run run(List<String> arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Gatehouse.commandLine()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments.toArray(String[]::new));
        return new Run(code, out.toString(), err.toString());
    }

    private static Run imported(Path folder) throws IOException {
        String name = folder.getFileName().toString();
        String source = name.startsWith("nginx") ? "ingress-nginx" : name.startsWith("teg") ? "teg" : "envoy-gateway";
        List<String> arguments = new ArrayList<>(List.of("import", source));
        arguments.addAll(Files.readAllLines(folder.resolve("arguments")));
        arguments.addAll(List.of("-f", folder.resolve("in.yaml").toString()));
        if (Files.exists(folder.resolve("support.yaml"))) {
            arguments.addAll(List.of("-f", folder.resolve("support.yaml").toString()));
        }
        return run(arguments);
    }

    @ParameterizedTest
    @MethodSource("folders")
    void whatIsWrittenAndWhatIsTold(String name) throws IOException {
        Path folder = SOURCES.resolve(name);
        Run run = imported(folder);
        String told = run.err().replace(folder + "/", "");
        Path written = folder.resolve("out.yaml");
        Path report = folder.resolve("report.txt");
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(report, told);
            if (run.code() == 0) {
                Files.writeString(written, run.out());
            }
        }
        assertThat(told).isEqualTo(Files.readString(report));
        assertThat(run.out()).isEqualTo(Files.exists(written) ? Files.readString(written) : "");
        assertThat(run.code()).isEqualTo(Files.exists(written) ? 0 : 1);
        assertThat(run.err()).as("no secret").doesNotContain("never shown", "never.shown", "PRIVATE KEY");
    }

    @ParameterizedTest
    @MethodSource("written")
    void whatIsWrittenIsAccepted(String name, @TempDir Path temporary) throws IOException {
        Path folder = SOURCES.resolve(name);
        List<String> arguments = new ArrayList<>(List.of("validate"));
        // A kustomization and a configuration file are no objects.
        String made = Stream.of(imported(folder).out().split("(?m)^---\n"))
                .filter(each -> !each.contains("kind: Kustomization") && !each.contains("kind: EnvoyGateway\n"))
                .collect(Collectors.joining("---\n"));
        Path objects = Files.writeString(temporary.resolve("objects.yaml"), made);
        arguments.addAll(List.of("-f", objects.toString()));
        if (Files.exists(folder.resolve("support.yaml"))) {
            arguments.addAll(List.of("-f", folder.resolve("support.yaml").toString()));
        }
        Run validated = run(arguments);
        assertThat(validated.code()).as(validated.out() + validated.err()).isZero();
    }

    @Test
    void theExampleShowsWhatIsMadeOfIt() throws IOException {
        Path example = Path.of("../examples/migration");
        Run run = run(List.of(
                "import",
                "ingress-nginx",
                "-f",
                example.resolve("ingresses.txt").toString(),
                "-f",
                example.resolve("services.yaml").toString()));
        assertThat(run.code()).as(run.err()).isZero();
        String told = run.err().replace(example + "/", "");
        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(example.resolve("report.txt"), told);
            Files.writeString(example.resolve("gatehouse.yaml"), run.out());
        }
        assertThat(told).isEqualTo(Files.readString(example.resolve("report.txt")));
        assertThat(run.out()).isEqualTo(Files.readString(example.resolve("gatehouse.yaml")));
        // FileCommandsTest validates all of the folder.
    }

    @Test
    void aKustomizationIsWrittenIntoAFolder(@TempDir Path folder) throws IOException {
        Path made = folder.resolve("overlay");
        Run run = run(List.of(
                "import",
                "teg",
                "--allow-gaps",
                "--directory",
                made.toString(),
                "-f",
                SOURCES.resolve("teg-values/in.yaml").toString()));
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).isEmpty();
        assertThat(made.resolve("kustomization.yaml")).content().contains("$patch: delete", "teg-redis:6379");
        assertThat(made.resolve("objects.yaml"))
                .content()
                .contains("name: waf-config")
                .doesNotContain("tetrate.io/envoy");
    }

    @Test
    void noObjectIsWrittenIntoAFolderWhereSomethingIsNotServed(@TempDir Path folder) {
        Path made = folder.resolve("overlay");
        Run run = run(List.of(
                "import",
                "envoy-gateway",
                "--directory",
                made.toString(),
                "-f",
                SOURCES.resolve("eg-refused/in.yaml").toString()));
        assertThat(run.code()).isEqualTo(1);
        assertThat(made).doesNotExist();
    }

    @Test
    void theSourceMustBeNamed() {
        Run run = run(List.of("import", "ingress-nginx"));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("From where?");
    }
}
