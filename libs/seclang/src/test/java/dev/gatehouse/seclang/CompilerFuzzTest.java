package dev.gatehouse.seclang;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.gatehouse.seclang.parse.Diagnostic;
import dev.gatehouse.seclang.parse.Source;
import java.util.List;

class CompilerFuzzTest {
    @FuzzTest(maxDuration = "30s")
    void anyTextIsRulesOrErrorsWithAPlace(FuzzedDataProvider data) {
        String uri = data.consumeAsciiString(64);
        String text = data.consumeRemainingAsString();
        switch (RuleSet.compile(List.of(new Source("fuzz", text)))) {
            case Compilation.Compiled compiled -> Rules.get(compiled.rules().inMode(EngineMode.ON), uri, "cookie", uri);
            case Compilation.Rejected rejected -> {
                for (Diagnostic error : rejected.errors()) {
                    if (error.position().line() < 1 || error.position().column() < 1) {
                        throw new AssertionError(error.toString());
                    }
                }
            }
        }
    }
}
