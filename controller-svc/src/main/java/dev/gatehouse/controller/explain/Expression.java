package dev.gatehouse.controller.explain;

import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import com.google.protobuf.Value;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelErrorCode;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerBuilder;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import dev.cel.runtime.CelUnknownSet;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * A CEL expression over a request, evaluated as Envoy does: an error (such as a missing header) and a result that is
 * not a boolean count as no match.
 */
final class Expression {
    private static final String SUBJECT = "expression";
    private static final List<String> NAMES =
            List.of("request", "source", "destination", "connection", "metadata", "filter_state", "xds");
    private static final Set<String> OF_CONNECTION =
            Set.of("mtls", "uri_san_peer_certificate", "dns_san_peer_certificate", "subject_peer_certificate");
    private static final Set<String> OF_REQUEST = Set.of(
            "path", "url_path", "host", "scheme", "method", "headers", "referer", "useragent", "protocol", "query");

    private Expression() {}

    /** The evaluator, created when the first expression is judged. */
    private static final class Cel {
        /** Numbers in claims are doubles. Envoy lets expressions compare them with integers, so this option does too. */
        static final CelOptions OPTIONS =
                CelOptions.current().enableHeterogeneousNumericComparisons(true).build();

        static final CelCompiler COMPILER = compiler();
        static final CelRuntime RUNTIME = CelRuntimeFactory.standardCelRuntimeBuilder()
                .setOptions(OPTIONS)
                .build();

        private static CelCompiler compiler() {
            CelCompilerBuilder builder = CelCompilerFactory.standardCelCompilerBuilder()
                    .setOptions(OPTIONS)
                    .setStandardMacros(CelStandardMacro.STANDARD_MACROS);
            NAMES.forEach(name -> builder.addVar(name, SimpleType.DYN));
            return builder.build();
        }
    }

    /** @param metadata the metadata of filters, by filter name */
    static Condition judge(String text, Question question, Map<String, Object> metadata) {
        try {
            CelAbstractSyntaxTree parsed = Cel.COMPILER.parse(text).getAst();
            CelAbstractSyntaxTree ast = Cel.COMPILER
                    .check(CelAbstractSyntaxTree.newParsedAst(selecting(parsed.getExpr()), parsed.getSource()))
                    .getAst();
            try {
                return switch (Cel.RUNTIME.createProgram(ast).eval(variables(question, metadata))) {
                    case Boolean value -> Condition.of(SUBJECT, text, value.toString(), value);
                    case CelUnknownSet _ -> unknown(text);
                    default -> Condition.of(SUBJECT, text, "no boolean", false);
                };
            } catch (CelEvaluationException e) {
                // If the checker chose one type for a value of several possible types, its error does not predict
                // Envoy's result.
                return e.getErrorCode() == CelErrorCode.OVERLOAD_NOT_FOUND || asksForMore(ast, question)
                        ? unknown(text)
                        : Condition.of(SUBJECT, text, "an error, " + e.getMessage(), false);
            }
        } catch (CelValidationException e) {
            return unknown(text);
        }
    }

    /** Rewrites {@code a['b']} to {@code a.b}: the checker leaves the type of a field open, but guesses the type of an element. */
    private static CelExpr selecting(CelExpr expr) {
        return switch (expr.exprKind().getKind()) {
            case SELECT ->
                CelExpr.ofSelect(
                        expr.id(),
                        selecting(expr.select().operand()),
                        expr.select().field(),
                        expr.select().testOnly());
            case CALL -> selecting(expr.id(), expr.call());
            case LIST ->
                expr.toBuilder()
                        .setList(CelExpr.CelList.newBuilder()
                                .addElements(expr.list().elements().stream()
                                        .map(Expression::selecting)
                                        .toList())
                                .build())
                        .build();
            case COMPREHENSION, STRUCT, MAP, CONSTANT, IDENT, NOT_SET -> expr;
        };
    }

    private static CelExpr selecting(long id, CelExpr.CelCall call) {
        List<CelExpr> arguments =
                call.args().stream().map(Expression::selecting).toList();
        if (call.function().equals("_[_]")
                && arguments.getLast().exprKind().getKind() == CelExpr.ExprKind.Kind.CONSTANT
                && arguments.getLast().constant().getKind() == CelConstant.Kind.STRING_VALUE) {
            return CelExpr.ofSelect(
                    id, arguments.getFirst(), arguments.getLast().constant().stringValue(), false);
        }
        return CelExpr.newBuilder()
                .setId(id)
                .setCall(CelExpr.CelCall.newBuilder()
                        .setFunction(call.function())
                        .setTarget(call.target().map(Expression::selecting))
                        .addArgs(arguments)
                        .build())
                .build();
    }

    private static Condition unknown(String text) {
        return new Condition(SUBJECT, text, "not known here", Condition.Holds.unknown);
    }

    /** Whether the expression reads a value that only a proxy knows. */
    private static boolean asksForMore(CelAbstractSyntaxTree ast, Question question) {
        return CelNavigableAst.fromAst(ast)
                .getRoot()
                .allNodes()
                .map(CelNavigableExpr::expr)
                .anyMatch(expr -> switch (expr.exprKind().getKind()) {
                    case IDENT ->
                        switch (expr.ident().name()) {
                            case "source" -> question.source().isEmpty();
                            case "destination", "filter_state", "xds" -> true;
                            default -> false;
                        };
                    case SELECT -> asksForMore(expr.select(), question);
                    default -> false;
                });
    }

    private static boolean asksForMore(CelExpr.CelSelect select, Question question) {
        if (select.operand().exprKind().getKind() != CelExpr.ExprKind.Kind.IDENT) {
            return false;
        }
        return switch (select.operand().ident().name()) {
            case "request" ->
                select.field().equals("time")
                        ? question.caller().time().isEmpty()
                        : !OF_REQUEST.contains(select.field());
            case "connection" -> !OF_CONNECTION.contains(select.field());
            case "source" -> select.field().equals("port") || question.source().isEmpty();
            default -> false;
        };
    }

    private static Map<String, Object> variables(Question question, Map<String, Object> metadata) {
        Map<String, Object> request = new HashMap<>();
        request.put(
                "path",
                question.path() + question.rawQuery().map(each -> "?" + each).orElse(""));
        request.put("url_path", question.path());
        request.put("query", question.rawQuery().orElse(""));
        request.put("host", question.authority());
        request.put("scheme", question.scheme());
        request.put("method", question.method());
        request.put("protocol", "HTTP/1.1");
        Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
        question.headers().keySet().forEach(name -> question.header(name).ifPresent(value -> headers.put(name, value)));
        headers.put(":method", question.method());
        headers.put(":authority", question.authority());
        headers.put(":path", (String) request.get("path"));
        request.put("headers", headers);
        question.header("referer").ifPresent(value -> request.put("referer", value));
        question.header("user-agent").ifPresent(value -> request.put("useragent", value));
        question.caller()
                .time()
                .ifPresent(time -> request.put(
                        "time",
                        Timestamp.newBuilder()
                                .setSeconds(time.getEpochSecond())
                                .setNanos(time.getNano())
                                .build()));
        Map<String, Object> variables = new HashMap<>();
        variables.put("request", request);
        variables.put("connection", connection(question));
        variables.put("metadata", Map.of("filter_metadata", metadata));
        question.source()
                .map(InetAddress::getHostAddress)
                .ifPresent(
                        // Envoy's value includes the client's port, which is unknown here.
                        address -> variables.put("source", Map.of("address", address + ":0")));
        return variables;
    }

    private static Map<String, Object> connection(Question question) {
        Map<String, Object> connection = new HashMap<>();
        connection.put("mtls", question.caller().certificate().isPresent());
        question.caller().certificate().ifPresent(certificate -> {
            certificate.uri().ifPresent(uri -> connection.put("uri_san_peer_certificate", uri));
            certificate.dns().ifPresent(dns -> connection.put("dns_san_peer_certificate", dns));
            certificate.subject().ifPresent(subject -> connection.put("subject_peer_certificate", subject));
        });
        return connection;
    }

    /** The metadata of the filters that bring claims. */
    static Map<String, Object> metadata(Map<String, Struct> tokens, Map<String, Struct> session) {
        Map<String, Object> metadata = new HashMap<>();
        if (!tokens.isEmpty()) {
            metadata.put("envoy.filters.http.jwt_authn", values(tokens));
        }
        if (!session.isEmpty()) {
            metadata.put("envoy.filters.http.ext_authz", values(session));
        }
        return metadata;
    }

    private static Map<String, Object> values(Map<String, Struct> objects) {
        Map<String, Object> values = new HashMap<>();
        objects.forEach((name, object) -> values.put(name, values(object)));
        return values;
    }

    /** Converts JSON to CEL values. The evaluator itself would treat a Struct within a map as a message. */
    private static Map<String, Object> values(Struct object) {
        Map<String, Object> values = new HashMap<>();
        object.getFieldsMap().forEach((name, value) -> values.put(name, value(value)));
        return values;
    }

    private static Object value(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> value.getStringValue();
            case NUMBER_VALUE -> value.getNumberValue();
            case BOOL_VALUE -> value.getBoolValue();
            case LIST_VALUE ->
                value.getListValue().getValuesList().stream()
                        .map(Expression::value)
                        .toList();
            case STRUCT_VALUE -> values(value.getStructValue());
            case NULL_VALUE, KIND_NOT_SET -> NullValue.NULL_VALUE;
        };
    }
}
