package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

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
    @MethodSource("folders")
    void whatIsWrittenIsAccepted(String name, @TempDir Path temporary) throws IOException {
        Path folder = SOURCES.resolve(name);
        if (!Files.exists(folder.resolve("out.yaml"))) {
            return;
        }
        List<String> arguments = new ArrayList<>(List.of("validate"));
        Path objects = Files.writeString(temporary.resolve("objects.yaml"), imported(folder).out());
        arguments.addAll(List.of("-f", objects.toString()));
        if (Files.exists(folder.resolve("support.yaml"))) {
            arguments.addAll(List.of("-f", folder.resolve("support.yaml").toString()));
        }
        Run validated = run(arguments);
        assertThat(validated.code()).as(validated.out() + validated.err()).isZero();
    }

    @Test
    void theSourceMustBeNamed() {
        Run run = run(List.of("import", "ingress-nginx"));
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains("From where?");
    }
}
