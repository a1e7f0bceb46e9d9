package dev.gatehouse.waf.policy;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.parse.Source;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;

/**
 * Compiles and prepares the bundled Core Rule Set, as a first policy would. It is used for the training run in which
 * the JVM records the loaded classes and called methods, and for measuring the duration.
 */
public final class Rehearsal {
    private static final Logger LOG = System.getLogger(Rehearsal.class.getName());

    /** The Core Rule Set as most policies have it. */
    public static final PolicyText.Variant RULES =
            new PolicyText.Variant(Optional.empty(), new RuleText(List.of(new Source("rehearsal", """
            Include @recommended-conf
            SecRuleEngine On
            SecRequestBodyAccess On
            SecResponseBodyAccess On
            Include @crs-setup-conf
            Include @owasp_crs/*.conf
            """))));

    private Rehearsal() {}

    /** Logs how long it took. */
    public static void of(CoreRuleSets coreRuleSets) {
        long begin = System.nanoTime();
        switch (new RuleCompiler(coreRuleSets).compile(RULES.text())) {
            case Compilation.Compiled compiled -> {
                long done = System.nanoTime();
                compiled.rules().prepare();
                LOG.log(
                        Level.INFO,
                        "rehearsal: {0} rules, compiled in {1} ms, ready after another {2} ms",
                        compiled.rules().size(),
                        (done - begin) / 1_000_000,
                        (System.nanoTime() - done) / 1_000_000);
            }
            case Compilation.Rejected rejected -> LOG.log(Level.WARNING, "rehearsal: {0}", rejected);
        }
    }
}
