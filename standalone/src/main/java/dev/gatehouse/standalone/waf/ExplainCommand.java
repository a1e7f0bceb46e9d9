package dev.gatehouse.standalone.waf;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.MatchedRule;
import dev.gatehouse.seclang.MatchedValue;
import dev.gatehouse.seclang.Surroundings;
import dev.gatehouse.seclang.Transaction;
import dev.gatehouse.seclangtools.eval.Case;
import dev.gatehouse.seclangtools.eval.CaseRunner;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = {
            "Say why a request is blocked: each rule that matches, which value, and what transformations made of it. The"
                    + " request is JSON, as waf eval reads it.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  gatehouse waf explain --directives crs.conf request.json"})
final class ExplainCommand implements Callable<Integer> {
    private static final int LONGEST_OPERATOR = 160;
    private static final int LONGEST_VALUE = 400;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "REQUEST", description = "A file of one request or several; - is the standard input.")
    @SuppressWarnings("NullAway.Init")
    private Path request;

    @Option(
            names = "--directives",
            paramLabel = "FILE",
            required = true,
            description = "A file of directives; may be given several times.")
    @SuppressWarnings("NullAway.Init")
    private List<Path> directives;

    @Option(names = "--all", description = "Rules that do not log, too.")
    private boolean all;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private RuleOptions rules;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return switch (rules.compile(directives)) {
            case Compilation.Rejected rejected -> {
                spec.commandLine().getErr().println(rejected);
                yield WafCommand.FAILED;
            }
            case Compilation.Compiled compiled -> {
                CaseRunner.Peer peer = new CaseRunner.Peer("127.0.0.1", 0);
                CaseRunner runner = new CaseRunner(
                        compiled.rules(), new Surroundings(InstantSource.system(), Map.of()), peer, peer);
                try (InputStream in = request.toString().equals("-") ? System.in : Files.newInputStream(request)) {
                    if (Case.read(in, test -> explain(test, runner.run(test))) == 0) {
                        throw new IOException(
                                request + ": there is no request in it (expected: JSON as waf eval reads it)");
                    }
                }
                yield 0;
            }
        };
    }

    private void explain(Case test, Transaction transaction) {
        PrintWriter out = spec.commandLine().getOut();
        out.println(test.name() + ": "
                + transaction
                        .interruption()
                        .map(by -> "answered with " + by.status() + " by rule " + by.ruleId() + " in phase "
                                + by.phase().number())
                        .orElse("passes"));
        for (MatchedRule rule : transaction.matched()) {
            if (!all && !rule.logged()) {
                continue;
            }
            out.println("  rule " + rule.id() + " (phase " + rule.phase().number() + ", " + rule.position() + ")"
                    + (rule.message().isEmpty() ? "" : ": " + rule.message()));
            for (MatchedValue value : rule.values()) {
                out.println("    " + value.name() + " " + printable(value.operator(), LONGEST_OPERATOR));
                out.println("      sent:  " + printable(value.original().toString(), LONGEST_VALUE));
                if (!value.original().equals(value.value())) {
                    out.println("      after " + value.transformations() + ": "
                            + printable(value.value().toString(), LONGEST_VALUE));
                }
            }
        }
        out.flush();
    }

    /** On one line, whatever a client sends. */
    private static String printable(String text, int longest) {
        StringBuilder shown = new StringBuilder();
        text.strip()
                .chars()
                .limit(longest)
                .forEach(c -> shown.append(c >= ' ' && c < 0x7f ? Character.toString(c) : String.format("\\x%02x", c)));
        return text.length() > longest ? shown + "... (" + text.length() + " characters)" : shown.toString();
    }
}
