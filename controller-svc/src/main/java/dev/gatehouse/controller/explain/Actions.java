package dev.gatehouse.controller.explain;

import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Describes in words how a route handles a request. */
final class Actions {
    private Actions() {}

    static String outcome(Route route) {
        return switch (route.getActionCase()) {
            case ROUTE -> "forwarded";
            case REDIRECT -> redirect(route.getRedirect());
            case DIRECT_RESPONSE ->
                route.getDirectResponse().getStatus() + ": answered by the route itself"
                        + (route.getName().endsWith("/held") ? ", since a proxy refuses what the route asks for" : "");
            case FILTER_ACTION, NON_FORWARDING_ACTION, ACTION_NOT_SET -> "answered by a filter";
        };
    }

    private static String redirect(RedirectAction redirect) {
        StringBuilder text = new StringBuilder();
        text.append(
                switch (redirect.getResponseCode()) {
                    case MOVED_PERMANENTLY, UNRECOGNIZED -> 301;
                    case FOUND -> 302;
                    case SEE_OTHER -> 303;
                    case TEMPORARY_REDIRECT -> 307;
                    case PERMANENT_REDIRECT -> 308;
                });
        text.append(": redirected");
        if (!redirect.getSchemeRedirect().isEmpty()) {
            text.append(", scheme ").append(redirect.getSchemeRedirect());
        }
        if (redirect.getHttpsRedirect()) {
            text.append(", scheme https");
        }
        if (!redirect.getHostRedirect().isEmpty()) {
            text.append(", host ").append(redirect.getHostRedirect());
        }
        if (redirect.getPortRedirect() != 0) {
            text.append(", port ").append(redirect.getPortRedirect());
        }
        if (!redirect.getPathRedirect().isEmpty()) {
            text.append(", path ").append(redirect.getPathRedirect());
        }
        if (!redirect.getPrefixRewrite().isEmpty()) {
            text.append(", path prefix ").append(redirect.getPrefixRewrite());
        }
        return text.toString();
    }

    /** The changes to the request and the response; empty: there are none. */
    static Optional<Map<String, Object>> changes(Route route) {
        Map<String, Object> changes = new LinkedHashMap<>();
        RouteAction action = route.getRoute();
        put(changes, "pathPrefix", action.getPrefixRewrite());
        if (action.hasRegexRewrite()) {
            changes.put(
                    "path",
                    action.getRegexRewrite().getPattern().getRegex() + " becomes "
                            + action.getRegexRewrite().getSubstitution());
        }
        put(changes, "host", action.getHostRewriteLiteral());
        put(changes, "hostOfHeader", action.getHostRewriteHeader());
        if (action.hasAutoHostRewrite() && action.getAutoHostRewrite().getValue()) {
            changes.put("host", "that of the backend");
        }
        put(changes, "requestHeadersSet", headers(route.getRequestHeadersToAddList()));
        put(changes, "requestHeadersRemoved", List.copyOf(route.getRequestHeadersToRemoveList()));
        put(changes, "responseHeadersSet", headers(route.getResponseHeadersToAddList()));
        put(changes, "responseHeadersRemoved", List.copyOf(route.getResponseHeadersToRemoveList()));
        if (action.hasTimeout()) {
            changes.put("timeout", seconds(action.getTimeout()));
        }
        if (action.hasRetryPolicy()) {
            changes.put(
                    "retries",
                    action.getRetryPolicy().getNumRetries().getValue() + " on "
                            + action.getRetryPolicy().getRetryOn());
        }
        return changes.isEmpty() ? Optional.empty() : Optional.of(changes);
    }

    private static void put(Map<String, Object> changes, String name, Object value) {
        if (!value.equals("") && !value.equals(List.of())) {
            changes.put(name, value);
        }
    }

    private static List<String> headers(List<HeaderValueOption> options) {
        return options.stream()
                .map(option -> option.getHeader().getKey() + ": "
                        + option.getHeader().getValue()
                        + (option.getAppendAction() == HeaderValueOption.HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD
                                ? " (added)"
                                : ""))
                .toList();
    }

    private static String seconds(com.google.protobuf.Duration duration) {
        return duration.getSeconds() == 0 && duration.getNanos() == 0
                ? "none"
                : java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos())
                        .toString()
                        .substring(2)
                        .toLowerCase(Locale.ROOT);
    }
}
