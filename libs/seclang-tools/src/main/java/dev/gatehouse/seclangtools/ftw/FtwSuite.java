package dev.gatehouse.seclangtools.ftw;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.CoreRuleSet;
import dev.gatehouse.seclang.DirectoryFiles;
import dev.gatehouse.seclang.RuleFiles;
import dev.gatehouse.seclang.RuleSet;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.seclang.regex.Patterns;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Compiles a rule set as its regression tests want it, and runs them on all processors. */
public final class FtwSuite {
    private FtwSuite() {}

    /**
     * The rules of a folder, all paranoia levels, in detection mode.
     *
     * @param folder a release of CRS, or the {@code rules} of Coraza's Go module
     * @param patterns where its regular expressions are compiled, or taken from
     */
    public static Compilation compile(Path folder, Patterns patterns) {
        boolean engine = Files.isRegularFile(folder.resolve("@coraza.conf-recommended"))
                || Files.isRegularFile(folder.resolve("coraza.conf-recommended"));
        String directives = "Include " + (engine ? "@recommended-conf" : "@coraza-ftw") + "\n" + """
                Include @ftw-conf
                Include @crs-setup-conf
                IncludeOptional plugins/*-config.conf
                IncludeOptional plugins/*-before.conf
                Include @owasp_crs/*.conf
                IncludeOptional plugins/*-after.conf
                """;
        RuleFiles files = new CoreRuleSet(folder).or(new DirectoryFiles(folder));
        return RuleSet.compile(List.of(new Source("ftw", directives)), files, patterns);
    }

    /** Runs tests; results are in their order. */
    public static List<FtwRunner.Result> run(RuleSet rules, List<FtwTest> tests) {
        FtwRunner runner = new FtwRunner(rules);
        return tests.parallelStream().map(runner::run).toList();
    }
}
