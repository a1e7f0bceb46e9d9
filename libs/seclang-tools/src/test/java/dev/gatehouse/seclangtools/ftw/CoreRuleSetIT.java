package dev.gatehouse.seclangtools.ftw;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclangtools.GoModule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The OWASP Core Rule Set's own regression tests. */
class CoreRuleSetIT {
    /** Rules of @detectSQLi and @detectXSS, which need libinjection. */
    private static final Set<String> INJECTION = Set.of("941100", "941101", "942100", "942101");

    private static Path module = Path.of("");

    @BeforeAll
    static void findModule() throws InterruptedException {
        try {
            module = GoModule.folder(GoModule.CORE_RULE_SET);
        } catch (IOException e) {
            Assumptions.abort("no " + GoModule.CORE_RULE_SET + ": " + e.getMessage());
        }
    }

    @Test
    void allOfItsTestsPass() throws IOException {
        Compilation compilation = FtwSuite.compile(module.resolve("rules"));
        assertThat(compilation).isInstanceOf(Compilation.Compiled.class);
        List<FtwTest> tests = FtwFiles.read(module.resolve("tests"));
        assertThat(tests).hasSize(4674);
        List<FtwRunner.Result> results = FtwSuite.run(((Compilation.Compiled) compilation).rules(), tests);
        assertThat(results.stream()
                        .filter(result -> !result.passed())
                        .filter(result -> !INJECTION.contains(result.test().id().split("-", 2)[0]))
                        .map(result -> result.test().id() + ": " + result.failures()))
                .isEmpty();
    }
}
