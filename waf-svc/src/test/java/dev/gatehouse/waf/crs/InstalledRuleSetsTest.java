package dev.gatehouse.waf.crs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.regex.PreparedPatterns;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

class InstalledRuleSetsTest {
    @Test
    void theBundledRuleSetComesWithItsExpressionsCompiled() {
        InstalledRuleSets brought = new InstalledRuleSets(Optional.empty());
        Assumptions.assumeFalse(brought.versions().isEmpty(), "built without the go command");
        assertThat(brought.patterns()).isInstanceOf(PreparedPatterns.class).isSameAs(brought.patterns());
    }
}
