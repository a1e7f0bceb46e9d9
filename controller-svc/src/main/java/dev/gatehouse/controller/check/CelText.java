package dev.gatehouse.controller.check;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelIssue;
import dev.cel.common.CelProtoAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
import dev.cel.common.CelValidationResult;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.expr.ParsedExpr;
import dev.cel.parser.CelParser;
import dev.cel.parser.CelStandardMacro;
import java.util.Optional;
import java.util.Set;

/**
 * Checks CEL expressions as Envoy builds them: without comprehensions and messages, and with the functions of CEL's
 * standard library except {@code string}. Envoy refuses a listener with an expression that it cannot build.
 */
public final class CelText {
    private static final int MAX_LENGTH = 16_384;

    /** Operators have names that do not begin with a letter. */
    private static final Set<String> FUNCTIONS = Set.of(
            "size",
            "contains",
            "startsWith",
            "endsWith",
            "matches",
            "timestamp",
            "duration",
            "int",
            "uint",
            "double",
            "bool",
            "bytes",
            "type",
            "dyn",
            "getFullYear",
            "getMonth",
            "getDate",
            "getDayOfMonth",
            "getDayOfWeek",
            "getDayOfYear",
            "getHours",
            "getMinutes",
            "getSeconds",
            "getMilliseconds");

    /** The functions of CEL's extension for regular expressions, called on {@code re}. */
    private static final Set<String> OF_RE = Set.of("extract", "capture", "captureN");

    private CelText() {}

    /** CEL's parser, created when the first expression is checked, since most configurations have none. */
    private static final class Parser {
        static final CelParser INSTANCE = CelCompilerFactory.standardCelCompilerBuilder()
                .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
                .build();
    }

    /** Why Envoy would refuse {@code expression}; empty: Envoy accepts it. */
    public static Optional<String> problem(String expression) {
        if (expression.isEmpty() || expression.length() > MAX_LENGTH) {
            return Optional.of(
                    expression.length() + " characters (expected: an expression of CEL of at most " + MAX_LENGTH + ")");
        }
        CelValidationResult result = Parser.INSTANCE.parse(expression);
        if (result.hasError()) {
            CelIssue first = result.getErrors().getFirst();
            return Optional.of(Texts.quoted(expression) + " is not an expression of CEL: "
                    + first.getSourceLocation().getLine() + ":"
                    + (first.getSourceLocation().getColumn() + 1) + ": " + first.getMessage());
        }
        try {
            return unsupported(result.getAst()).map(text -> Texts.quoted(expression) + ": " + text);
        } catch (CelValidationException e) {
            return Optional.of(Texts.quoted(expression) + " is not an expression of CEL: " + e.getMessage());
        }
    }

    /** Why a rule about requests cannot have {@code expression}: Envoy would refuse it, or does not know one of its names. */
    public static Optional<String> problemForRequests(String expression) {
        Optional<String> problem = problem(expression);
        if (problem.isPresent()) {
            return problem;
        }
        try {
            CelAbstractSyntaxTree ast = Parser.INSTANCE.parse(expression).getAst();
            return CelNames.unknown(ast)
                    .map(unknown ->
                            Texts.quoted(expression) + ": " + position(ast, unknown.where()) + unknown.reason());
        } catch (CelValidationException e) {
            return Optional.of(Texts.quoted(expression) + " is not an expression of CEL: " + e.getMessage());
        }
    }

    /** "1:9: ", line and column from 1; empty where the parser does not say. */
    private static String position(CelAbstractSyntaxTree ast, CelExpr expr) {
        return Optional.ofNullable(ast.getSource().getPositionsMap().get(expr.id()))
                .flatMap(ast.getSource()::getOffsetLocation)
                .map(location -> location.getLine() + ":" + (location.getColumn() + 1) + ": ")
                .orElse("");
    }

    /** The syntax tree of a valid {@code expression}, in the form that Envoy's matchers take. */
    public static ParsedExpr parsed(String expression) {
        try {
            return CelProtoAbstractSyntaxTree.fromCelAst(
                            Parser.INSTANCE.parse(expression).getAst())
                    .toParsedExpr();
        } catch (CelValidationException e) {
            throw new IllegalArgumentException(Texts.quoted(expression) + " is not an expression of CEL", e);
        }
    }

    private static Optional<String> unsupported(CelAbstractSyntaxTree ast) {
        return CelNavigableAst.fromAst(ast)
                .getRoot()
                .allNodes()
                .map(CelNavigableExpr::expr)
                .flatMap(expr -> unsupported(expr).map(text -> position(ast, expr) + text).stream())
                .findFirst();
    }

    private static Optional<String> unsupported(CelExpr expr) {
        return switch (expr.exprKind().getKind()) {
            case COMPREHENSION ->
                Optional.of("has a comprehension such as all, exists, map or filter (expected: none, Envoy has none)");
            case STRUCT -> Optional.of("makes a message (expected: none, Envoy knows no message types)");
            case CALL -> call(expr);
            case CONSTANT, IDENT, SELECT, LIST, MAP, NOT_SET -> Optional.empty();
        };
    }

    private static Optional<String> call(CelExpr expr) {
        String function = expr.call().function();
        boolean known = FUNCTIONS.contains(function)
                || OF_RE.contains(function)
                        && expr.call()
                                .target()
                                .filter(target -> target.exprKind().getKind() == CelExpr.ExprKind.Kind.IDENT
                                        && target.ident().name().equals("re"))
                                .isPresent();
        if (Character.isLetter(function.charAt(0)) && !known) {
            return Optional.of("calls " + function + " (expected: a function of CEL that Envoy has)");
        }
        if (function.equals("matches")) {
            CelExpr pattern = expr.call().args().getLast();
            if (pattern.exprKind().getKind() == CelExpr.ExprKind.Kind.CONSTANT
                    && pattern.constant().getKind() == CelConstant.Kind.STRING_VALUE) {
                return Expressions.problem(pattern.constant().stringValue());
            }
        }
        return Optional.empty();
    }
}
