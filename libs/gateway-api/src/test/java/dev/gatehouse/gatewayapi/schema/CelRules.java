package dev.gatehouse.gatewayapi.schema;

import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.HashMap;
import java.util.Map;

/** Evaluates the rules of CustomResourceDefinitions as an API server does: a rule that fails, or that ends in an error, refuses. */
final class CelRules {
    private static final CelOptions OPTIONS = CelOptions.current().build();

    private final CelCompiler compiler = CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addLibraries(CelExtensions.strings())
            .addVar("self", SimpleType.DYN)
            .build();
    private final CelRuntime runtime = CelRuntimeFactory.standardCelRuntimeBuilder()
            .setOptions(OPTIONS)
            .addLibraries(CelExtensions.strings())
            .build();
    private final Map<String, CelRuntime.Program> programs = new HashMap<>();

    boolean holds(String rule, Object self) {
        try {
            return Boolean.TRUE.equals(
                    programs.computeIfAbsent(rule, this::program).eval(Map.of("self", self)));
        } catch (CelEvaluationException _) {
            return false;
        }
    }

    private CelRuntime.Program program(String rule) {
        try {
            return runtime.createProgram(compiler.compile(rule).getAst());
        } catch (CelValidationException | CelEvaluationException e) {
            throw new IllegalStateException(rule, e);
        }
    }
}
