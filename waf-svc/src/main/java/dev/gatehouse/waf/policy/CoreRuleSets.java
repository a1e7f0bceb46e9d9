package dev.gatehouse.waf.policy;

import dev.gatehouse.seclang.RuleFiles;
import dev.gatehouse.seclang.regex.Patterns;
import java.util.List;
import java.util.Optional;

/** The versions of the OWASP Core Rule Set that policies can include. */
public interface CoreRuleSets {
    /** There is none. */
    CoreRuleSets NONE = new CoreRuleSets() {
        @Override
        public Optional<RuleFiles> find(String version) {
            return Optional.empty();
        }

        @Override
        public List<String> versions() {
            return List.of();
        }

        @Override
        public Patterns patterns() {
            return Patterns.ANEW;
        }
    };

    /** @param version the version, such as {@code 4.25.0}; empty: the default version */
    Optional<RuleFiles> find(String version);

    /** The available versions. */
    List<String> versions();

    /** Where the regular expressions of any rules are compiled, or taken from. */
    Patterns patterns();
}
