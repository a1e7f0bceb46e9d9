package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

final class GatehouseTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void helpNamesEveryCommandWithAnExample() {
        assertThat(execute("--help")).isZero();
        commands().getSubcommands().forEach((name, command) -> {
            boolean hidden = command.getCommandSpec().usageMessage().hidden();
            assertThat(out.toString().contains("  " + name)).as(name).isEqualTo(!hidden);
        });
        assertThat(out.toString()).contains("Examples:");
    }

    @Test
    void everyLongCommandHasHelpOfItsOwn() {
        for (String command : List.of("httpbin", "completion")) {
            assertThat(execute(command, "--help")).isZero();
            assertThat(out.toString()).contains("Usage: gatehouse " + command).contains("Example");
        }
    }

    @Test
    void aWrongCommandLineIsExitCodeTwoAndSaysWhatIsWrong() {
        assertThat(execute("httpbin", "--port", "http")).isEqualTo(2);
        assertThat(err.toString()).contains("'http' is not an int");
        assertThat(execute("nonsense")).isEqualTo(2);
        assertThat(execute()).isEqualTo(2);
        assertThat(err.toString()).contains("Which command?");
        assertThat(execute("httpbin", "--port", "70000")).isEqualTo(2);
        assertThat(err.toString()).contains("HTTP port 70000 is not within 0..65535");
    }

    @Test
    void whatTheMachineDoesNotAllowIsExitCodeOne() {
        assertThat(execute("httpbin", "--port", "0", "--unix", "/no/such/folder/socket"))
                .isEqualTo(1);
        assertThat(err.toString())
                .contains("gatehouse: httpbin cannot listen on the Unix socket /no/such/folder/socket");
    }

    @Test
    void runTakesItsFilesByTheOptionOfTheOtherCommandsToo() {
        assertThat(execute("run", "-f", "no/such/folder", "--grpc-port", "0", "--admin-port", "0"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("gatehouse: no/such/folder is not there");
    }

    @Test
    void aCollectorThatIsNoUrlIsNamed() {
        for (String wrong : List.of("collector:4317", "https://collector:4317", "http:///v1/traces")) {
            assertThat(execute("run", ".", "--grpc-port", "0", "--admin-port", "0", "--otlp", wrong))
                    .isEqualTo(1);
            assertThat(err.toString()).contains("gatehouse: --otlp: \"" + wrong + "\" (expected: http://host:port");
        }
    }

    @Test
    void versionsAreThoseOfTheBuild() {
        assertThat(execute("version")).isZero();
        assertThat(out.toString())
                .containsPattern("gatehouse \\d+\\.\\d+\\.\\d+")
                .contains("1.40.0")
                .contains("25");
    }

    @Test
    void completionIsAShellScriptForAllCommands() {
        assertThat(execute("completion")).isZero();
        assertThat(out.toString()).startsWith("#!/usr/bin/env bash").contains("--grpc-port");
    }

    @Test
    void nothingIsColouredWithoutATerminal() {
        execute("--help");
        assertThat(out.toString()).doesNotContain("\u001b[");
    }

    private static CommandLine commands() {
        return Gatehouse.commandLine();
    }

    private int execute(String... args) {
        return commands()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
