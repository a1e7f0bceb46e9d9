package dev.gatehouse.seclangtools.ftw;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclangtools.GoModule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The OWASP Core Rule Set's own regression tests. */
class CoreRuleSetIT {
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
                        .map(result -> result.test().id() + ": " + result.failures()))
                .isEmpty();
    }
}
