package dev.gatehouse.console;

import dev.gatehouse.console.model.RefusedRequest;
import dev.gatehouse.console.model.RefusedRequest.Kind;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Finds the requests that a proxy refused in its access log, which is in Gatehouse's own format (docs/observability.md). Lines of other requests, nearly all,
 * are not parsed.
 */
public final class RefusalLine {
    /** Statuses of refusals, as the line has them: everything else is passed over without being parsed. */
    private static final Pattern STATUS = Pattern.compile("\"response_code\":[45]\\d\\d\\b");

    private static final Map<String, String> KINDS = Map.of("httproute", "HTTPRoute", "grpcroute", "GRPCRoute");

    private static final Pattern ROUTE = Pattern.compile("([a-z]+)/([^/]+)/([^/]+)/rule/(\\d+).*");

    /** What filters of Envoy and authz-svc say in {@code response_code_details} when they do not let a request pass. */
    private static final List<String> DENIALS = List.of(
            "ext_authz_denied",
            "rbac_access_denied",
            "jwt_authn_access_denied",
            "invalid_credential",
            "missing_credential",
            "no_credential",
            "basic_auth",
            "api_key_auth",
            "csrf",
            "ext_authz_error");

    private RefusalLine() {}

    /**
     * Reads one line of a proxy.
     *
     * @param gateway the fleet's name, as the console shows it
     * @return empty: the line is of a request that was not refused, or in another format
     */
    public static Optional<RefusedRequest> read(String gateway, String line) {
        if (!STATUS.matcher(line).find()) {
            return Optional.empty();
        }
        JsonObject json;
        try {
            json = new JsonObject(line);
        } catch (DecodeException e) {
            return Optional.empty();
        }
        String details = text(json, "response_code_details");
        return kind(details, text(json, "response_flags"))
                .map(kind -> new RefusedRequest(
                        kind,
                        text(json, "start_time"),
                        gateway,
                        text(json, "method"),
                        text(json, ":authority"),
                        withoutQuery(text(json, "x-envoy-origin-path")),
                        text(json, "response_code"),
                        client(json),
                        route(text(json, "route_name")),
                        reason(kind, json, details),
                        text(json, "x-request-id")));
    }

    private static Optional<Kind> kind(String details, String flags) {
        if (details.startsWith("waf_")) {
            return Optional.of(Kind.BLOCKED);
        }
        List<String> all = List.of(flags.split(",", -1));
        if (all.contains("RL") || details.contains("rate_limited")) {
            return Optional.of(Kind.LIMITED);
        }
        if (all.contains("UAEX") || DENIALS.stream().anyMatch(details::startsWith)) {
            return Optional.of(Kind.DENIED);
        }
        return Optional.empty();
    }

    private static String reason(Kind kind, JsonObject json, String details) {
        return switch (kind) {
            case BLOCKED ->
                json.getValue("waf") instanceof JsonObject waf
                        ? details + ", WAFPolicy " + text(waf, "policy")
                                + (waf.containsKey("score") ? ", score " + text(waf, "score") : "")
                        : details;
            case LIMITED ->
                json.getValue("limit") instanceof JsonObject limit
                                && limit.getValue("exceeded") instanceof Iterable<?> exceeded
                        ? limits(exceeded)
                        : details;
            case DENIED -> details;
        };
    }

    private static String limits(Iterable<?> exceeded) {
        StringBuilder text = new StringBuilder();
        for (Object each : exceeded) {
            if (each instanceof JsonObject limit) {
                text.append(text.isEmpty() ? "over " : ", ")
                        .append(text(limit, "limit"))
                        .append(" of ")
                        .append(text(limit, "rule"));
            }
        }
        return text.toString();
    }

    /** The values of a query may be secrets. */
    private static String withoutQuery(String path) {
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query) + "?…";
    }

    /** The client that the proxy trusts to be it; of {@code X-Forwarded-For} the last, which the proxy itself wrote. */
    private static String client(JsonObject json) {
        String forwarded = text(json, "x-forwarded-for");
        return forwarded.isEmpty()
                ? text(json, "downstream_remote_address").replaceFirst(":\\d+$", "")
                : forwarded.substring(forwarded.lastIndexOf(',') + 1).strip();
    }

    private static String route(String name) {
        Matcher matcher = ROUTE.matcher(name);
        return matcher.matches()
                ? KINDS.getOrDefault(matcher.group(1), matcher.group(1)) + " " + matcher.group(2) + "/"
                        + matcher.group(3) + ", rule " + matcher.group(4)
                : name;
    }

    private static String text(JsonObject json, String name) {
        @Nullable Object value = json.getValue(name);
        return Objects.toString(value, "");
    }
}
