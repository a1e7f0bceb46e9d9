package dev.gatehouse.controller.console;

import dev.gatehouse.console.model.PolicyUse;
import dev.gatehouse.console.model.RouteDetails;
import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.GrpcRoute;
import dev.gatehouse.gatewayapi.HeaderChange;
import dev.gatehouse.gatewayapi.HttpRoute;
import dev.gatehouse.gatewayapi.L4Route;
import dev.gatehouse.gatewayapi.RouteFilter;
import dev.gatehouse.gatewayapi.RouteSpec;
import dev.gatehouse.gatewayapi.TlsRoute;
import dev.gatehouse.gatewayapi.ValueMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The rules of routes in words. */
final class RuleTexts {
    private final String namespace;

    /** @param namespace the route's namespace */
    RuleTexts(String namespace) {
        this.namespace = namespace;
    }

    static int count(RouteSpec route) {
        return switch (route) {
            case HttpRoute http -> http.rules().size();
            case GrpcRoute grpc -> grpc.rules().size();
            case TlsRoute tls -> tls.rules().size();
            case L4Route l4 -> l4.rules().size();
        };
    }

    /** @param policies gives the effective policies of a rule by its index */
    List<RouteDetails.Rule> of(RouteSpec route, IntFunction<List<PolicyUse>> policies) {
        return switch (route) {
            case HttpRoute http ->
                IntStream.range(0, http.rules().size())
                        .mapToObj(i -> rule(
                                i,
                                http.rules().get(i).name(),
                                http.rules().get(i).matches().stream()
                                        .map(RuleTexts::match)
                                        .toList(),
                                http.rules().get(i).filters(),
                                http.rules().get(i).backends(),
                                policies.apply(i)))
                        .toList();
            case GrpcRoute grpc ->
                IntStream.range(0, grpc.rules().size())
                        .mapToObj(i -> rule(
                                i,
                                grpc.rules().get(i).name(),
                                grpc.rules().get(i).matches().stream()
                                        .map(RuleTexts::match)
                                        .toList(),
                                grpc.rules().get(i).filters(),
                                grpc.rules().get(i).backends(),
                                policies.apply(i)))
                        .toList();
            case TlsRoute tls -> streams(tls.rules(), policies);
            case L4Route l4 -> streams(l4.rules(), policies);
        };
    }

    private List<RouteDetails.Rule> streams(List<TlsRoute.Rule> rules, IntFunction<List<PolicyUse>> policies) {
        return IntStream.range(0, rules.size())
                .mapToObj(i -> rule(
                        i,
                        rules.get(i).name(),
                        List.of("every connection"),
                        List.of(),
                        rules.get(i).backends(),
                        policies.apply(i)))
                .toList();
    }

    private RouteDetails.Rule rule(
            int index,
            Optional<String> name,
            List<String> matches,
            List<RouteFilter> filters,
            List<BackendReference> backends,
            List<PolicyUse> policies) {
        int total = backends.stream().mapToInt(BackendReference::weight).sum();
        return new RouteDetails.Rule(
                index,
                name.orElse(""),
                matches,
                filters.stream().map(this::filter).toList(),
                backends.stream()
                        .map(each -> backend(each, backends.size(), total))
                        .toList(),
                policies);
    }

    private RouteDetails.Backend backend(BackendReference backend, int count, int total) {
        String share = count == 1 || total == 0
                ? ""
                : String.format(Locale.ROOT, "%.4g", 100.0 * backend.weight() / total)
                                .replaceAll("\\.?0+$", "") + " %";
        List<String> notes = new ArrayList<>();
        if (backend.standBy()) {
            notes.add("stands by");
        }
        backend.filters().stream().map(this::filter).forEach(notes::add);
        return new RouteDetails.Backend(name(backend), backend.weight(), share, String.join(", ", notes));
    }

    private String name(BackendReference backend) {
        return backend.kind() + " " + backend.key(namespace)
                + backend.port().map(port -> ":" + port).orElse("");
    }

    private static String match(HttpRoute.Match match) {
        List<String> parts = new ArrayList<>();
        parts.add(
                switch (match.path().type()) {
                    case Exact -> "path " + match.path().value();
                    case PathPrefix ->
                        match.path().equals(HttpRoute.PathMatch.ANY)
                                ? "any path"
                                : "path prefix " + match.path().value();
                    case RegularExpression -> "path of the form " + match.path().value();
                });
        match.method().ifPresent(method -> parts.add("method " + method));
        match.headers().forEach(header -> parts.add("header " + value(header)));
        match.queryParams().forEach(parameter -> parts.add("query parameter " + value(parameter)));
        return String.join(", ", parts);
    }

    private static String match(GrpcRoute.Match match) {
        List<String> parts = new ArrayList<>();
        match.method()
                .ifPresentOrElse(
                        method -> {
                            String form = method.type() == ValueMatch.Type.RegularExpression ? " of the form " : " ";
                            method.service().ifPresent(each -> parts.add("service" + form + each));
                            method.method().ifPresent(each -> parts.add("method" + form + each));
                        },
                        () -> parts.add("any call"));
        match.headers().forEach(header -> parts.add("header " + value(header)));
        return String.join(", ", parts);
    }

    /** Describes a header match. Users sometimes match on secrets, so the value of a header that carries credentials is not shown. */
    private static String value(ValueMatch match) {
        String how = match.type() == ValueMatch.Type.RegularExpression ? " of the form " : " ";
        return match.name() + (credential(match.name()) ? how + "(not shown)" : how + match.value());
    }

    private static boolean credential(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return Stream.of("authorization", "cookie", "token", "secret", "password", "key")
                .anyMatch(lower::contains);
    }

    private String filter(RouteFilter filter) {
        return switch (filter) {
            case RouteFilter.RequestHeaderModifier request -> "request headers: " + change(request.change());
            case RouteFilter.ResponseHeaderModifier response -> "response headers: " + change(response.change());
            case RouteFilter.RequestMirror mirror ->
                "mirrors " + mirror.numerator() + " of " + mirror.denominator() + " requests to "
                        + name(mirror.backend());
            case RouteFilter.RequestRedirect redirect ->
                "redirects with " + redirect.statusCode()
                        + redirect.scheme().map(each -> ", scheme " + each).orElse("")
                        + redirect.hostname().map(each -> ", host " + each).orElse("")
                        + redirect.port().map(each -> ", port " + each).orElse("")
                        + redirect.path().map(RuleTexts::path).orElse("");
            case RouteFilter.UrlRewrite rewrite ->
                "rewrites the URL"
                        + rewrite.hostname().map(each -> ", host " + each).orElse("")
                        + rewrite.path().map(RuleTexts::path).orElse("");
            case RouteFilter.Cors cors -> "CORS for " + String.join(", ", cors.allowOrigins());
            case RouteFilter.ExternalAuth _ -> "asks an authorization server";
            case RouteFilter.ExtensionRef extension ->
                extension.reference().kind() + " " + namespace + "/"
                        + extension.reference().name();
        };
    }

    private static String path(RouteFilter.PathModifier modifier) {
        return switch (modifier) {
            case RouteFilter.PathModifier.ReplaceFullPath full -> ", path " + full.path();
            case RouteFilter.PathModifier.ReplacePrefixMatch prefix -> ", path prefix " + prefix.prefix();
        };
    }

    private static String change(HeaderChange change) {
        return Stream.of(
                        change.set().stream().map(header -> "sets " + header.name()),
                        change.add().stream().map(header -> "adds " + header.name()),
                        change.remove().stream().map(name -> "removes " + name))
                .flatMap(each -> each)
                .reduce((a, b) -> a + ", " + b)
                .orElse("none");
    }
}
