package dev.gatehouse.waf.crs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.seclang.regex.PreparedPatterns;
import dev.gatehouse.waf.policy.RuleCompiler;
import dev.gatehouse.waf.policy.RuleText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstalledRuleSetsTest {
    @Test
    void theBundledRuleSetComesWithItsExpressionsCompiled() {
        InstalledRuleSets brought = new InstalledRuleSets(Optional.empty());
        Assumptions.assumeFalse(brought.versions().isEmpty(), "built without the go command");
        assertThat(brought.patterns()).isInstanceOf(PreparedPatterns.class).isSameAs(brought.patterns());
    }

    @Test
    void aReleaseInTheFolderNeedsNoConfigurationOfTheEngine(@TempDir Path folder) throws IOException {
        Files.createDirectories(folder.resolve("9.9.9/rules"));
        Files.writeString(
                folder.resolve("9.9.9/crs-setup.conf.example"), "SecAction \"id:900990,phase:1,pass,nolog\"\n");
        Files.writeString(
                folder.resolve("9.9.9/rules/REQUEST-901.conf"), "SecAction \"id:901100,phase:1,pass,nolog\"\n");
        InstalledRuleSets installed = new InstalledRuleSets(Optional.of(folder));
        assertThat(installed.versions()).contains("9.9.9");
        Assumptions.assumeTrue(installed.find("").isPresent(), "built without the go command");
        RuleText text = new RuleText(List.of(new Source("crs", """
                Include @recommended-conf
                Include @crs-setup-conf
                Include @owasp_crs/*.conf
                """)), Map.of(), "9.9.9");
        assertThat(new RuleCompiler(installed).compile(text))
                .isInstanceOfSatisfying(
                        Compilation.Compiled.class,
                        compiled -> assertThat(compiled.rules().size())
                                .as("the release's two rules, and those of the configuration")
                                .isGreaterThan(2)
                                .isLessThan(50));
    }
}
