package dev.gatehouse.standalone.waf;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclangtools.GoModule;
import dev.gatehouse.seclangtools.ftw.FtwFiles;
import dev.gatehouse.seclangtools.ftw.FtwRunner;
import dev.gatehouse.seclangtools.ftw.FtwSuite;
import dev.gatehouse.seclangtools.ftw.FtwTest;
import dev.gatehouse.seclangtools.ftw.MatchLog;
import dev.gatehouse.seclangtools.ftw.ProxySite;
import dev.gatehouse.waf.crs.InstalledRuleSets;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "ftw",
        mixinStandardHelpOptions = true,
        description = {
            "Run tests in go-ftw's format against a rule set, in this process: all paranoia levels, in detection mode; or at a"
                    + " proxy with a WAF that runs the rules of @ftw-conf. Prints each failure, and how many passed.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse waf ftw --fetch                          the Core Rule Set and its own tests",
            "  gatehouse waf ftw --rules coreruleset --tests coreruleset/tests/regression/tests",
            "  gatehouse waf ftw --fetch --include '^942100-' --verbose",
            "  gatehouse waf ftw --fetch --through http://localhost:10080 --log waf-svc.log",
            "",
            "Exit code 1: a test failed."
        })
final class FtwCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Option(names = "--rules", paramLabel = "DIR", description = "A release of CRS, or the rules of its Go module.")
    private @Nullable Path rules;

    @Option(names = "--tests", paramLabel = "DIR", description = "YAML files of tests, in any folders below.")
    private @Nullable Path tests;

    @Option(
            names = "--fetch",
            description = "Take what is not named from the Go module " + GoModule.CORE_RULE_SET + ".")
    private boolean fetch;

    @Option(names = "--include", paramLabel = "REGEX", description = "Only tests whose id (rule-test) it is found in.")
    private @Nullable Pattern include;

    @Option(
            names = "--through",
            paramLabel = "URL",
            description = "Send the tests to this proxy, one after the other. What matched is read from --log.")
    private @Nullable URI through;

    @Option(names = "--log", paramLabel = "FILE", description = "The log of waf-svc, for --through.")
    private @Nullable Path log;

    @Option(names = "--verbose", description = "Print what rules wrote to the log, too.")
    private boolean verbose;

    @Override
    public Integer call() throws IOException, InterruptedException {
        boolean missing = tests == null || rules == null && through == null;
        if (missing && !fetch) {
            throw new ParameterException(spec.commandLine(), "Name --rules DIR and --tests DIR, or say --fetch.");
        }
        if (through != null) {
            return throughProxy(through);
        }
        Path ruleFolder =
                rules == null ? GoModule.folder(GoModule.CORE_RULE_SET).resolve("rules") : rules;
        Path testFolder =
                tests == null ? GoModule.folder(GoModule.CORE_RULE_SET).resolve("tests") : tests;
        return switch (FtwSuite.compile(ruleFolder, new InstalledRuleSets(Optional.empty()).patterns())) {
            case Compilation.Rejected rejected -> {
                spec.commandLine().getErr().println(rejected);
                yield WafCommand.FAILED;
            }
            case Compilation.Compiled compiled -> run(compiled, testFolder);
        };
    }

    private int throughProxy(URI url) throws IOException, InterruptedException {
        if (log == null || url.getHost() == null) {
            throw new ParameterException(
                    spec.commandLine(), "--through needs a URL with a host, and --log FILE: waf-svc's log.");
        }
        int port = url.getPort() < 0 ? 80 : url.getPort();
        ProxySite proxy =
                new ProxySite(new InetSocketAddress(url.getHost(), port), url.getAuthority(), MatchLog.ofFile(log));
        Path folder = tests == null ? GoModule.folder(GoModule.CORE_RULE_SET).resolve("tests") : tests;
        FtwRunner runner = new FtwRunner(proxy);
        return report(chosen(folder).stream().map(runner::run).toList(), "through " + url);
    }

    private List<FtwTest> chosen(Path folder) throws IOException {
        Pattern wanted = include;
        return FtwFiles.read(folder).stream()
                .filter(test -> wanted == null || wanted.matcher(test.id()).find())
                .toList();
    }

    private int run(Compilation.Compiled compiled, Path folder) throws IOException {
        return report(
                FtwSuite.run(compiled.rules(), chosen(folder)), compiled.rules().size() + " rules");
    }

    private int report(List<FtwRunner.Result> results, String how) {
        PrintWriter out = spec.commandLine().getOut();
        for (FtwRunner.Result result : results) {
            if (!result.passed()) {
                out.println("failed " + result.test().id() + ": " + String.join("; ", result.failures()));
            }
            if (verbose) {
                result.log().forEach(line -> out.println("  " + result.test().id() + " " + line));
            }
        }
        long passed = results.stream().filter(FtwRunner.Result::passed).count();
        out.println(passed + " passed, " + (results.size() - passed) + " failed, of " + results.size() + " tests ("
                + how + ")");
        out.flush();
        return passed == results.size() ? 0 : WafCommand.FAILED;
    }
}
