package dev.gatehouse.standalone.waf;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.Surroundings;
import dev.gatehouse.seclangtools.eval.Case;
import dev.gatehouse.seclangtools.eval.CaseRunner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        description = {
            "Run requests against rules, to lay the engine beside another one. Reads a JSON array or JSON lines of"
                    + " {\"name\", \"request\": {\"method\", \"uri\", \"protocol\", \"headers\": [[name, value]...], \"body\"},"
                    + " \"response\": {\"status\", \"headers\", \"body\"}} from the standard input; each character of a string is"
                    + " one byte. Prints a line of JSON for each.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  gatehouse waf eval --directives crs.conf --time 100 < cases.json"})
final class EvalCommand implements Callable<Integer> {
    private static final int ONCE = 1;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(
            names = "--directives",
            paramLabel = "FILE",
            arity = "1..*",
            required = true,
            description = "Files of directives, in order.")
    @SuppressWarnings("NullAway.Init")
    private List<Path> directives;

    @Option(
            names = "--client",
            paramLabel = "IP:PORT",
            defaultValue = "127.0.0.1:54321",
            description = "Who asks (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private String client;

    @Option(
            names = "--server",
            paramLabel = "IP:PORT",
            defaultValue = "127.0.0.1:80",
            description = "Who is asked (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private String server;

    @Option(
            names = "--time",
            paramLabel = "RUNS",
            defaultValue = "1",
            description =
                    "Measure each case so often (${DEFAULT-VALUE}); more than once: after it has run as often, and until the"
                            + " JVM has compiled it.")
    private int runs;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private RuleOptions rules;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (runs < ONCE) {
            throw new ParameterException(spec.commandLine(), "--time " + runs + " (expected: at least 1)");
        }
        return switch (rules.compile(directives)) {
            case Compilation.Rejected rejected -> {
                spec.commandLine().getErr().println(rejected);
                yield WafCommand.FAILED;
            }
            case Compilation.Compiled compiled -> {
                CaseRunner runner = new CaseRunner(
                        compiled.rules(),
                        new Surroundings(InstantSource.system(), Map.of()),
                        peer(client),
                        peer(server));
                PrintWriter out = spec.commandLine().getOut();
                Case.read(System.in, test -> {
                    out.println(runner.measure(test, runs).json());
                    out.flush();
                });
                yield 0;
            }
        };
    }

    private CaseRunner.Peer peer(String text) {
        try {
            return CaseRunner.Peer.parse(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
