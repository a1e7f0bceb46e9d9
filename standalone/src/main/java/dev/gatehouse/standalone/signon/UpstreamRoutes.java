package dev.gatehouse.standalone.signon;

import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;

import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.imports.Setting;
import dev.gatehouse.standalone.imports.WrittenObjects;
import dev.gatehouse.standalone.signon.SignOnObjects.Target;
import java.net.URI;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Makes an HTTPRoute with Backends from upstreams, with rules of their own for paths that need no sign-on. */
final class UpstreamRoutes {
    /** The most headers that a filter removes (Gateway API). */
    private static final int MOST_HEADERS = 16;

    /**
     * Paths that pass without a session.
     *
     * @param method empty: all
     */
    record OpenPath(Setting setting, Optional<String> method, String expression) {
        static List<OpenPath> all(Optional<Setting> expressions, Optional<Setting> routes, Report report) {
            List<OpenPath> all = new ArrayList<>();
            expressions.ifPresent(setting ->
                    setting.values().forEach(value -> all.add(new OpenPath(setting, Optional.empty(), value))));
            routes.ifPresent(setting -> setting.values().forEach(value -> {
                int split = value.indexOf('=');
                boolean method = split > 0 && value.substring(0, split).matches("[A-Za-z]*!?");
                if (value.startsWith("!=") || (method && value.charAt(split - 1) == '!')) {
                    report.gap(
                            setting,
                            "\"" + value
                                    + "\" opens all paths but some: write an HTTPRoute rule for those that are open");
                } else if (split == 0 || method) {
                    all.add(new OpenPath(
                            setting,
                            Optional.of(value.substring(0, split)).filter(each -> !each.isEmpty()),
                            value.substring(split + 1)));
                } else {
                    all.add(new OpenPath(setting, Optional.empty(), value));
                }
            }));
            return all;
        }
    }

    private final SignOnObjects objects;
    private final ImportOptions options;
    private final Report report;
    private final String name;
    private final List<String> stripped;
    private int filters;

    /** @param stripped the headers that are taken from clients of open paths */
    UpstreamRoutes(SignOnObjects objects, ImportOptions options, Report report, List<String> stripped) {
        this.objects = objects;
        this.options = options;
        this.report = report;
        this.name = options.name();
        this.stripped = List.copyOf(stripped);
    }

    /** The rules that need sign-on, as targets. */
    List<Map<String, Object>> make(List<Upstream> upstreams, List<OpenPath> open, Optional<String> host) {
        if (upstreams.isEmpty()) {
            report.add(
                    "upstreams",
                    new Report.Outcome.Wrong(
                            "are missing (expected: an upstream, or --target with the HTTPRoute that needs sign-on)"));
        }
        List<Map<String, Object>> rules = new ArrayList<>();
        List<Map<String, Object>> targets = new ArrayList<>();
        List<Map<String, Object>> openTargets = new ArrayList<>();
        Map<Upstream, Map<String, Object>> made = new LinkedHashMap<>();
        int index = 0;
        for (Upstream upstream : upstreams) {
            index++;
            String rule = "upstream-" + index;
            Map<String, Object> parts = parts(upstream, name + "-" + rule);
            made.put(upstream, parts);
            Map<String, Object> all = ordered("name", rule, "matches", List.of(ordered("path", path(upstream))));
            all.putAll(parts);
            rules.add(all);
            targets.add(new Target("HTTPRoute", name, Optional.of(rule)).tree());
            report.takenOver(
                    upstream.setting(), "HTTPRoute " + options.namespace() + "/" + name + ", rule \"" + rule + "\"");
        }
        index = 0;
        for (OpenPath path : open) {
            Optional<Upstream> upstream = upstreamOf(path, upstreams);
            if (upstream.isEmpty()) {
                report.gap(
                        path.setting(),
                        "\"" + path.expression()
                                + "\" may be for several upstreams: write an HTTPRoute rule for each, without oidc");
                continue;
            }
            index++;
            String rule = "open-" + index;
            Map<String, Object> match = ordered(
                    "path", ordered("type", "RegularExpression", "value", RouteExpression.ofPath(path.expression())));
            path.method().ifPresent(each -> match.put("method", each));
            Map<String, Object> all = ordered("name", rule, "matches", List.of(match));
            all.putAll(made.getOrDefault(upstream.get(), Map.of()));
            strip(all, path.setting());
            rules.add(all);
            openTargets.add(new Target("HTTPRoute", name, Optional.of(rule)).tree());
            report.takenOver(
                    path.setting(),
                    "HTTPRoute " + options.namespace() + "/" + name + ", rule \"" + rule + "\", without sign-on");
        }
        Map<String, Object> route = objects.add(WrittenObjects.GATEWAY_API + "/v1", "HTTPRoute", name);
        route.put("parentRefs", List.of(ordered("name", options.gateway().orElse("gateway"))));
        host.ifPresent(each -> route.put("hostnames", List.of(each)));
        route.put("rules", rules);
        if (!openTargets.isEmpty()) {
            objects.securityPolicy(name + "-open", openTargets).put("authorization", ordered("defaultAction", "Allow"));
        }
        return targets;
    }

    /** Has a rule take the headers from clients by which backends are told of users. */
    private void strip(Map<String, Object> rule, Setting setting) {
        if (stripped.isEmpty()) {
            return;
        }
        if (stripped.size() > MOST_HEADERS) {
            report.gap(
                    setting,
                    "clients could send " + String.join(", ", stripped.subList(MOST_HEADERS, stripped.size()))
                            + " to this path: a filter removes " + MOST_HEADERS + " headers at most");
        }
        List<Object> filters = new ArrayList<>();
        filters.add(ordered(
                "type",
                "RequestHeaderModifier",
                "requestHeaderModifier",
                ordered("remove", stripped.subList(0, Math.min(MOST_HEADERS, stripped.size())))));
        if (rule.get("filters") instanceof List<?> others) {
            filters.addAll(others);
        }
        rule.put("filters", filters);
    }

    /** The upstream whose requests an open path is among: the one with the longest prefix of the expression's literal begin. */
    private static Optional<Upstream> upstreamOf(OpenPath path, List<Upstream> upstreams) {
        if (upstreams.size() == 1) {
            return Optional.of(upstreams.getFirst());
        }
        String literal = literalBegin(path.expression());
        // What follows may take another upstream's prefix.
        boolean ambiguous = literal.isEmpty()
                || upstreams.stream()
                        .anyMatch(each -> each.rewrite().isPresent()
                                || (each.path().startsWith(literal)
                                        && !each.path().equals(literal)));
        return ambiguous
                ? Optional.empty()
                : upstreams.stream()
                        .filter(each -> literal.startsWith(each.path()))
                        .max(Comparator.comparingInt(each -> each.path().length()));
    }

    /** What every path that matches begins with; empty if that is not known. */
    private static String literalBegin(String expression) {
        int depth = 0;
        for (char c : expression.toCharArray()) {
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (c == '|' && depth == 0) {
                return "";
            }
        }
        Matcher begin = Pattern.compile("\\^([A-Za-z0-9/_-]*)([?*{]?)").matcher(expression);
        if (!begin.lookingAt()) {
            return "";
        }
        String literal = begin.group(1);
        // A character that may be missing is none of the begin.
        return begin.group(2).isEmpty() || literal.isEmpty() ? literal : literal.substring(0, literal.length() - 1);
    }

    private static Map<String, Object> path(Upstream upstream) {
        return upstream.rewrite().isPresent() || upstream.path().startsWith("^")
                ? ordered("type", "RegularExpression", "value", RouteExpression.ofPath(upstream.path()))
                : ordered("type", "PathPrefix", "value", upstream.path());
    }

    /** The parts of a rule that handle its requests. */
    private Map<String, Object> parts(Upstream upstream, String backend) {
        Map<String, Object> parts = new LinkedHashMap<>();
        List<Map<String, Object>> routeFilters = new ArrayList<>();
        if (upstream.staticCode().isPresent()) {
            routeFilters.add(filter(ordered(
                    "directResponse",
                    ordered(
                            "statusCode",
                            upstream.staticCode().get(),
                            "contentType",
                            "text/plain",
                            "body",
                            ordered("type", "Inline", "inline", "Authenticated")))));
            parts.put("filters", routeFilters);
            return parts;
        }
        URI uri = upstream.address().orElseThrow();
        Map<String, Object> rewrite = new LinkedHashMap<>();
        if (!upstream.passHost() && uri.getHost() != null) {
            rewrite.put("hostname", uri.getHost());
        }
        String base = uri.getPath() == null ? "" : uri.getPath().replaceFirst("/$", "");
        if (!upstream.legacy() && !base.isEmpty() && upstream.rewrite().isEmpty() && !Upstream.unix(uri)) {
            String prefix = upstream.path().equals("/") ? "" : upstream.path();
            rewrite.put("path", ordered("type", "ReplacePrefixMatch", "replacePrefixMatch", base + prefix));
        }
        if (!rewrite.isEmpty()) {
            routeFilters.add(ordered("type", "URLRewrite", "urlRewrite", rewrite));
        }
        upstream.rewrite()
                .ifPresent(target -> routeFilters.add(filter(ordered(
                        "urlRewrite",
                        ordered(
                                "path",
                                ordered(
                                        "type",
                                        "ReplaceRegexMatch",
                                        "replaceRegexMatch",
                                        ordered(
                                                "pattern",
                                                upstream.path(),
                                                "substitution",
                                                base + target.replaceAll("\\$\\{?([0-9])\\}?", "\\\\$1"))))))));
        if (!routeFilters.isEmpty()) {
            parts.put("filters", routeFilters);
        }
        backend(upstream, uri, backend);
        parts.put(
                "backendRefs",
                List.of(ordered("group", WrittenObjects.ENVOY_GATEWAY, "kind", "Backend", "name", backend)));
        return parts;
    }

    private void backend(Upstream upstream, URI uri, String backend) {
        Map<String, Object> spec = objects.add(WrittenObjects.ENVOY_GATEWAY + "/v1alpha1", "Backend", backend);
        spec.put(
                "endpoints",
                List.of(
                        Upstream.unix(uri)
                                ? ordered("unix", ordered("path", uri.getPath()))
                                : SignOnObjects.Endpoint.of(uri.getHost(), upstream.port(uri))));
        if (upstream.secure()) {
            spec.put(
                    "tls",
                    upstream.insecure()
                            ? ordered("insecureSkipVerify", true)
                            : ordered("wellKnownCACertificates", "System", "sni", uri.getHost()));
        }
    }

    private Map<String, Object> filter(Map<String, Object> spec) {
        filters++;
        String filter = name + "-filter-" + filters;
        objects.add(WrittenObjects.ENVOY_GATEWAY + "/v1alpha1", "HTTPRouteFilter", filter)
                .putAll(spec);
        return ordered(
                "type",
                "ExtensionRef",
                "extensionRef",
                ordered("group", WrittenObjects.ENVOY_GATEWAY, "kind", "HTTPRouteFilter", "name", filter));
    }
}
