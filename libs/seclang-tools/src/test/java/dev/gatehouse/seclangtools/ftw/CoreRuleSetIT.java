package dev.gatehouse.seclangtools.ftw;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.regex.Patterns;
import dev.gatehouse.seclang.regex.PreparedPatterns;
import dev.gatehouse.seclang.regex.RecordedPatterns;
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
        passes(Patterns.ANEW);
    }

    @Test
    void allOfThemPassWithExpressionsThatWereWrittenDownAndReadAgain() throws IOException {
        RecordedPatterns recorded = new RecordedPatterns();
        assertThat(FtwSuite.compile(module.resolve("rules"), recorded)).isInstanceOf(Compilation.Compiled.class);
        PreparedPatterns.Outcome read = PreparedPatterns.read(recorded.write());
        assertThat(read).isInstanceOf(PreparedPatterns.Read.class);
        passes(((PreparedPatterns.Read) read).patterns());
    }

    private static void passes(Patterns patterns) throws IOException {
        Compilation compilation = FtwSuite.compile(module.resolve("rules"), patterns);
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
