package dev.gatehouse.waf.policy;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.RuleFiles;
import dev.gatehouse.seclang.RuleSet;
import dev.gatehouse.seclang.parse.Diagnostic;
import dev.gatehouse.seclang.parse.Position;
import java.util.List;
import java.util.Optional;

/** Compiles the rules of policies. Rules may read their policy's own files and the files of their Core Rule Set. Thread-safe. */
public final class RuleCompiler {
    private static final String VERSION = "crs.version";
    private static final String ALIAS = "@";

    private final CoreRuleSets coreRuleSets;

    public RuleCompiler(CoreRuleSets coreRuleSets) {
        this.coreRuleSets = coreRuleSets;
    }

    /** True if the diagnostic is about a file of the Core Rule Set and not about the policy's own text. */
    static boolean isBrought(Diagnostic diagnostic) {
        return diagnostic.position().source().startsWith(ALIAS);
    }

    /** The rule set, or all that is wrong with it. */
    public Compilation compile(RuleText text) {
        Optional<RuleFiles> core = coreRuleSets.find(text.coreRuleSet());
        if (core.isEmpty() && !text.coreRuleSet().isEmpty()) {
            return new Compilation.Rejected(List.of(new Diagnostic(
                    new Position(VERSION, 1, 1),
                    "Core Rule Set " + text.coreRuleSet() + " is not there (expected: one of " + coreRuleSets.versions()
                            + ")")));
        }
        RuleFiles own = new PolicyFiles(text.files());
        return RuleSet.compile(text.sources(), core.map(own::or).orElse(own), coreRuleSets.patterns());
    }
}
