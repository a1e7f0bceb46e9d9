package dev.gatehouse.standalone.waf;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.Surroundings;
import dev.gatehouse.seclangtools.eval.Case;
import dev.gatehouse.seclangtools.eval.CaseRunner;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "profile",
        mixinStandardHelpOptions = true,
        description = {
            "Say what each rule costs: runs requests (JSON on the standard input, as waf eval reads it) again and again, and"
                    + " prints the dearest rules.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {"  gatehouse waf profile --directives crs.conf --top 20 < cases.json"})
final class ProfileCommand implements Callable<Integer> {
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
            names = "--runs",
            paramLabel = "RUNS",
            defaultValue = "100",
            description = "How often each request runs (${DEFAULT-VALUE}).")
    private int runs;

    @Option(
            names = "--top",
            paramLabel = "RULES",
            defaultValue = "30",
            description = "How many rules are shown (${DEFAULT-VALUE}).")
    private int top;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private RuleOptions rules;

    /** The cost of a rule so far. */
    private static final class Cost {
        private long nanos;
        private long evaluations;
        private long matches;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (runs < 1 || top < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--runs " + runs + " --top " + top + " (expected: at least 1 of each)");
        }
        return switch (rules.compile(directives)) {
            case Compilation.Rejected rejected -> {
                spec.commandLine().getErr().println(rejected);
                yield WafCommand.FAILED;
            }
            case Compilation.Compiled compiled -> {
                Map<Long, Cost> costs = new HashMap<>();
                Surroundings observed = new Surroundings(InstantSource.system(), Map.of())
                        .observedBy((id, phase, nanos, matched) -> {
                            Cost cost = costs.computeIfAbsent(id, key -> new Cost());
                            cost.nanos += nanos;
                            cost.evaluations++;
                            cost.matches += matched ? 1 : 0;
                        });
                CaseRunner.Peer peer = new CaseRunner.Peer("127.0.0.1", 0);
                CaseRunner runner = new CaseRunner(compiled.rules(), observed, peer, peer);
                List<Case> cases = Case.read(System.in);
                if (cases.isEmpty()) {
                    throw new IOException(
                            "there is no request on the standard input (expected: JSON as waf eval reads it)");
                }
                // The first half warms the JVM up, and is forgotten.
                run(runner, cases);
                costs.clear();
                run(runner, cases);
                print(costs, (long) runs * cases.size());
                yield 0;
            }
        };
    }

    private void run(CaseRunner runner, List<Case> cases) {
        for (int i = 0; i < runs; i++) {
            cases.forEach(runner::run);
        }
    }

    private void print(Map<Long, Cost> costs, long transactions) {
        PrintWriter out = spec.commandLine().getOut();
        long all = costs.values().stream().mapToLong(cost -> cost.nanos).sum();
        out.printf(Locale.ROOT, "%10s %12s %7s %12s %10s%n", "rule", "us/request", "share", "evaluations", "matches");
        costs.entrySet().stream()
                .sorted(Comparator.comparingLong((Map.Entry<Long, Cost> entry) -> -entry.getValue().nanos))
                .limit(top)
                .forEach(entry -> out.printf(
                        Locale.ROOT,
                        "%10d %12.2f %6.1f%% %12d %10d%n",
                        entry.getKey(),
                        entry.getValue().nanos / 1000.0 / Math.max(transactions, 1),
                        100.0 * entry.getValue().nanos / Math.max(all, 1),
                        entry.getValue().evaluations,
                        entry.getValue().matches));
        out.flush();
    }
}
