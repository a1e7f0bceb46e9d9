package dev.gatehouse.controller.explain;

import com.google.protobuf.Struct;
import com.google.protobuf.Timestamp;
import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.CelValidationException;
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
import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * An expression of CEL over a request, as Envoy evaluates it: an error, such as a header that is not there, and what is no boolean, match
 * nothing.
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

    /** The evaluator, made when an expression is first asked about. */
    private static final class Cel {
        static final CelCompiler COMPILER = compiler();
        static final CelRuntime RUNTIME =
                CelRuntimeFactory.standardCelRuntimeBuilder().build();

        private static CelCompiler compiler() {
            CelCompilerBuilder builder =
                    CelCompilerFactory.standardCelCompilerBuilder().setStandardMacros(CelStandardMacro.STANDARD_MACROS);
            NAMES.forEach(name -> builder.addVar(name, SimpleType.DYN));
            return builder.build();
        }
    }

    /** @param metadata of filters, by their names */
    static Condition judge(String text, Question question, Map<String, Object> metadata) {
        try {
            CelAbstractSyntaxTree ast = Cel.COMPILER.compile(text).getAst();
            try {
                Object value = Cel.RUNTIME.createProgram(ast).eval(variables(question, metadata));
                return new Condition(
                        SUBJECT,
                        text,
                        Boolean.TRUE.equals(value) ? "true" : value instanceof Boolean ? "false" : "no boolean",
                        Boolean.TRUE.equals(value) ? Condition.Holds.yes : Condition.Holds.no);
            } catch (CelEvaluationException e) {
                return asksForMore(ast, question)
                        ? unknown(text)
                        : new Condition(SUBJECT, text, "an error, " + e.getMessage(), Condition.Holds.no);
            }
        } catch (CelValidationException e) {
            return unknown(text);
        }
    }

    private static Condition unknown(String text) {
        return new Condition(SUBJECT, text, "not known here", Condition.Holds.unknown);
    }

    /** Whether the expression is about something that only a proxy knows. */
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
                        // Envoy has the port with it, and nobody knows that before.
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
            metadata.put("envoy.filters.http.jwt_authn", tokens);
        }
        if (!session.isEmpty()) {
            metadata.put("envoy.filters.http.ext_authz", session);
        }
        return metadata;
    }
}
