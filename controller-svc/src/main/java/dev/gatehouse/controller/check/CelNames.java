package dev.gatehouse.controller.check;

import dev.cel.common.CelAbstractSyntaxTree;
import dev.cel.common.ast.CelConstant;
import dev.cel.common.ast.CelExpr;
import dev.cel.common.navigation.CelNavigableAst;
import dev.cel.common.navigation.CelNavigableExpr;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Checks the names in an expression about a request. Envoy builds an expression with any name, but an unknown name
 * makes each evaluation an error, and a rule with an error never matches. A Deny rule would then let every request
 * through.
 */
final class CelNames {
    /** Envoy's attributes (its page "Attributes") that are known when a request is authorized. */
    private static final Map<String, Set<String>> ATTRIBUTES = Map.of(
            "request",
            Set.of(
                    "path",
                    "url_path",
                    "host",
                    "scheme",
                    "method",
                    "headers",
                    "referer",
                    "useragent",
                    "time",
                    "id",
                    "protocol",
                    "query",
                    "duration",
                    "size",
                    "total_size"),
            "source",
            Set.of("address", "port"),
            "destination",
            Set.of("address", "port"),
            "connection",
            Set.of(
                    "id",
                    "mtls",
                    "requested_server_name",
                    "tls_version",
                    "subject_local_certificate",
                    "subject_peer_certificate",
                    "dns_san_local_certificate",
                    "dns_san_peer_certificate",
                    "uri_san_local_certificate",
                    "uri_san_peer_certificate",
                    "sha256_peer_certificate_digest",
                    "transport_failure_reason",
                    "termination_details"));

    /** Attributes whose fields are not fixed: other filters set them. */
    private static final Set<String> OPEN = Set.of("metadata", "filter_state", "xds");

    private static final Set<String> AFTERWARDS = Set.of("response", "upstream", "upstream_filter_state");

    /** Types are values, as in {@code type(x) == string}; {@code re} is the extension for regular expressions. */
    private static final Set<String> OTHERS =
            Set.of("bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint", "re");

    private static final Set<String> OF_TIME = Set.of(
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

    private CelNames() {}

    /** @param reason the unknown name, and the expected ones */
    record Unknown(CelExpr where, String reason) {}

    static Optional<Unknown> unknown(CelAbstractSyntaxTree ast) {
        return CelNavigableAst.fromAst(ast)
                .getRoot()
                .allNodes()
                .map(CelNavigableExpr::expr)
                .flatMap(expr -> unknown(expr).stream())
                .findFirst();
    }

    private static Optional<Unknown> unknown(CelExpr expr) {
        return switch (expr.exprKind().getKind()) {
            case IDENT -> name(expr.ident().name()).map(reason -> new Unknown(expr, reason));
            case SELECT -> field(expr).map(reason -> new Unknown(expr, reason));
            case CALL -> zone(expr.call());
            case COMPREHENSION, STRUCT, CONSTANT, LIST, MAP, NOT_SET -> Optional.empty();
        };
    }

    private static Optional<String> name(String name) {
        if (ATTRIBUTES.containsKey(name) || OPEN.contains(name) || OTHERS.contains(name)) {
            return Optional.empty();
        }
        return Optional.of(
                AFTERWARDS.contains(name)
                        ? name + " is not known yet when a request is authorized (expected: request, source,"
                                + " destination, connection, metadata, filter_state or xds)"
                        : "unknown name " + name + " (expected: request, source, destination, connection, metadata,"
                                + " filter_state or xds)");
    }

    private static Optional<String> field(CelExpr expr) {
        CelExpr operand = expr.select().operand();
        if (operand.exprKind().getKind() != CelExpr.ExprKind.Kind.IDENT) {
            return Optional.empty();
        }
        Set<String> known = ATTRIBUTES.get(operand.ident().name());
        return known == null || known.contains(expr.select().field())
                ? Optional.empty()
                : Optional.of("unknown name " + operand.ident().name() + "."
                        + expr.select().field() + " (expected: one of "
                        + String.join(", ", known.stream().sorted().toList()) + ")");
    }

    /** Checks a time zone that is written as a literal. */
    private static Optional<Unknown> zone(CelExpr.CelCall call) {
        if (!OF_TIME.contains(call.function()) || call.args().isEmpty()) {
            return Optional.empty();
        }
        CelExpr zone = call.args().getFirst();
        if (zone.exprKind().getKind() != CelExpr.ExprKind.Kind.CONSTANT
                || zone.constant().getKind() != CelConstant.Kind.STRING_VALUE) {
            return Optional.empty();
        }
        String name = zone.constant().stringValue();
        return isZone(name)
                ? Optional.empty()
                : Optional.of(new Unknown(
                        zone,
                        "unknown time zone " + Texts.quoted(name)
                                + " (expected: a name such as Europe/Berlin, or an offset such as +02:00)"));
    }

    private static boolean isZone(String name) {
        if (name.matches("[+-]?\\d{2}:\\d{2}")) {
            return true;
        }
        // Names that begin with SystemV exist in the JDK only.
        return ZoneId.getAvailableZoneIds().contains(name) && !name.startsWith("SystemV/");
    }
}
