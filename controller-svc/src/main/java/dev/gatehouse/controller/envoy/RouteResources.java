package dev.gatehouse.controller.envoy;

import com.google.protobuf.BoolValue;
import com.google.protobuf.UInt64Value;
import dev.gatehouse.api.envoy.v1.CookieMatcher;
import dev.gatehouse.api.envoy.v1.RouteMatchFields;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.check.EnvoyRules;
import dev.gatehouse.controller.check.FormatText;
import dev.gatehouse.controller.envoy.filter.ChainContext;
import dev.gatehouse.controller.envoy.filter.CorsFilter;
import dev.gatehouse.controller.envoy.filter.FilterChains;
import dev.gatehouse.controller.envoy.filter.RouteContext;
import dev.gatehouse.controller.envoy.filter.WafFilter;
import dev.gatehouse.controller.gateway.Hostnames;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.policy.EffectivePolicies;
import dev.gatehouse.controller.proto.NewerFields;
import dev.gatehouse.controller.proto.PackedTypes;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.route.ResolvedRoute.Filters;
import dev.gatehouse.controller.route.ResolvedRoute.Match;
import dev.gatehouse.controller.route.ResolvedRoute.Mirror;
import dev.gatehouse.controller.route.ResolvedRoute.Rule;
import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.HeaderChange;
import dev.gatehouse.gatewayapi.HttpRoute;
import dev.gatehouse.gatewayapi.HttpRouteFilter;
import dev.gatehouse.gatewayapi.Metadata;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.RouteFilter;
import dev.gatehouse.gatewayapi.ValueMatch;
import dev.gatehouse.gatewayapi.WafPolicy;
import dev.gatehouse.gatewayapi.client.ClientSettings;
import dev.gatehouse.gatewayapi.client.HeaderSettings.Underscores;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.config.core.v3.RuntimeFractionalPercent;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.HeaderMatcher;
import io.envoyproxy.envoy.config.route.v3.QueryParameterMatcher;
import io.envoyproxy.envoy.config.route.v3.RedirectAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteAction;
import io.envoyproxy.envoy.config.route.v3.RouteMatch;
import io.envoyproxy.envoy.config.route.v3.WeightedCluster;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatchAndSubstitute;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Makes the routes of HTTPRoutes and GRPCRoutes. */
public final class RouteResources {
    /** A name that no cluster has. Envoy answers the share of traffic for it with 500. */
    static final String UNRESOLVED = "unresolved";

    /** Formats Envoy's location header without the port of the authority. */
    private static final String WITHOUT_PORT =
            "%CEL(re.extract(response.headers['location'], '^([^/]*//[^/]*):[0-9]+(.*)$', '\\\\1\\\\2'))%";

    private static final int SERVER_ERROR = 500;

    /** What makes an OPTIONS request a preflight (Fetch standard, "CORS-preflight fetch"). */
    private static final ValueMatch PRESENT_ORIGIN = new ValueMatch(ValueMatch.Type.RegularExpression, "origin", ".*");

    private static final ValueMatch PRESENT_METHOD =
            new ValueMatch(ValueMatch.Type.RegularExpression, "access-control-request-method", ".*");

    /** The number of {@code DirectResponseAction.body_format}, which Envoy 1.40 has and the generated classes of its API do not have yet. */
    private static final int BODY_FORMAT = 3;

    private static final EnvoyRules RULES = new EnvoyRules(PackedTypes::find);

    private final ListenerKey listener;
    private final ListenerState.Protocol protocol;
    private final int port;
    private final Supplier<ClientSettings> clients;

    /**
     * Makes the routes of a listener.
     *
     * @param port the port at which clients reach the listener, used in redirects
     * @param clients gives the settings for the listener's clients; asked only for routes that depend on them
     */
    public RouteResources(
            ListenerKey listener, ListenerState.Protocol protocol, int port, Supplier<ClientSettings> clients) {
        this.listener = listener;
        this.protocol = protocol;
        this.port = port;
        this.clients = clients;
    }

    /** The name by which a rule is known in metrics, logs and rate limits. */
    public static String ruleName(ObjectRef route, int rule) {
        return route.kind().toLowerCase(Locale.ROOT) + "/" + route.key() + "/rule/" + rule;
    }

    /** The route that answers every request of {@code route} with 500. */
    public static RouteEntry failing(ObjectRef route) {
        return new RouteEntry(
                Hostnames.ANY,
                RouteRank.of(Match.EVERYTHING, Optional.empty(), route, 0, 0),
                0,
                failing(Match.EVERYTHING).toBuilder()
                        .setName(ruleName(route, 0))
                        .build());
    }

    /** Whether a route in a table, by its name, was made for {@code route}. */
    public static boolean isOf(String name, ObjectRef route) {
        return name.startsWith(route.kind().toLowerCase(Locale.ROOT) + "/" + route.key() + "/rule/");
    }

    /**
     * A copy with the same match that answers 500. Its name differs, so that a proxy is sent the change even if the
     * route answered 500 before.
     */
    public static RouteEntry closed(RouteEntry entry) {
        return new RouteEntry(
                entry.origin(),
                entry.rank(),
                entry.part(),
                Route.newBuilder()
                        .setName(entry.route().getName() + "/held")
                        .setMatch(entry.route().getMatch())
                        .setDirectResponse(direct(SERVER_ERROR))
                        .build());
    }

    /**
     * The routes made from a rule.
     *
     * @param refusal why Envoy would refuse a part of the rule: an invalid match is left out, any other invalid part is
     * answered with 500
     */
    public record Made(List<RouteEntry> entries, Optional<String> refusal) {
        public Made {
            entries = List.copyOf(entries);
        }
    }

    /** Makes the routes of one rule, for any hostname. */
    public Made entries(ObjectRef route, Metadata object, Rule.Http rule, EffectivePolicies policies) {
        Optional<Instant> createdAt = object.createdAt();
        List<RouteEntry> entries = new ArrayList<>();
        Optional<String> refusal = Optional.empty();
        if (rule.service() == Rule.Service.NEVER_MATCHES) {
            return new Made(entries, refusal);
        }
        io.envoyproxy.envoy.config.core.v3.Metadata metadata =
                RouteMetadata.of(route, object.annotations(), rule.name());
        for (int i = 0; i < rule.matches().size(); i++) {
            Match match = rule.matches().get(i);
            RouteRank rank = RouteRank.of(match, createdAt, route, rule.index(), i);
            String name = ruleName(route, rule.index()) + "/match/" + i;
            List<Route> parts = policies.broken() || rule.service() == Rule.Service.FAILS
                    ? List.of(failing(match))
                    : withConnect(parts(route, rule, match, policies), policies.settings());
            Optional<String> problem =
                    parts.stream().flatMap(part -> RULES.problem(part).stream()).findFirst();
            if (problem.isPresent()) {
                refusal = refusal.or(() -> problem);
                parts = RULES.problem(match(match)).isPresent() ? List.of() : List.of(failing(match));
            }
            for (int part = 0; part < parts.size(); part++) {
                entries.add(new RouteEntry(
                        Hostnames.ANY,
                        rank,
                        part,
                        parts.get(part).toBuilder()
                                .setName(name)
                                .setMetadata(metadata)
                                .build()));
            }
            if (!parts.isEmpty()) {
                int last = parts.size();
                preflight(parts.getFirst(), match)
                        .ifPresent(answered -> entries.add(new RouteEntry(
                                Hostnames.ANY,
                                rank,
                                last,
                                answered.setName(name + "/preflight")
                                        .setMetadata(metadata)
                                        .build())));
            }
            if (!policies.broken()) {
                policies.security()
                        .flatMap(security -> SignOnRoutes.backChannel(security, match))
                        .ifPresent(answered -> entries.add(new RouteEntry(
                                Hostnames.ANY,
                                rank,
                                SignOnRoutes.BEFORE,
                                answered.setName(name + "/back-channel").build())));
            }
        }
        if (!policies.broken()) {
            signOn(route, createdAt, rule, policies, entries);
        }
        return new Made(entries, refusal);
    }

    private static void signOn(
            ObjectRef route,
            Optional<Instant> createdAt,
            Rule.Http rule,
            EffectivePolicies policies,
            List<RouteEntry> entries) {
        String name = ruleName(route, rule.index()) + "/sign-on/";
        List<Route> answers = policies.security().map(SignOnRoutes::answers).orElse(List.of());
        for (int i = 0; i < answers.size(); i++) {
            Route answer =
                    answers.get(i).toBuilder().setName(name + "answer/" + i).build();
            RouteRank rank = RouteRank.ofParameter(answer.getMatch().getPath(), createdAt, route, rule.index(), i);
            entries.add(new RouteEntry(Hostnames.ANY, rank, SignOnRoutes.ANSWER, answer));
        }
        policies.security()
                .flatMap(SignOnRoutes::logout)
                .ifPresent(logout -> entries.add(new RouteEntry(
                        Hostnames.ANY,
                        RouteRank.last(createdAt, route, rule.index(), 0, 1),
                        0,
                        logout.toBuilder().setName(name + "logout").build())));
        List<Route> elsewhere = policies.security().map(SignOnRoutes::elsewhere).orElse(List.of());
        for (int i = 0; i < elsewhere.size(); i++) {
            entries.add(new RouteEntry(
                    Hostnames.ANY,
                    RouteRank.last(createdAt, route, rule.index(), i, 0),
                    0,
                    elsewhere.get(i).toBuilder().setName(name + i).build()));
        }
    }

    /**
     * The route of the preflights for a route of one method: a browser asks by OPTIONS, which the route does not match.
     * They are answered by the CORS filter, and go no further. Empty: the route has no CORS, matches OPTIONS already,
     * asks for a cookie, which a preflight does not have, or answers by itself, where Envoy does without CORS.
     */
    private static Optional<Route.Builder> preflight(Route route, Match match) {
        if (!route.hasRoute()
                || !route.containsTypedPerFilterConfig(CorsFilter.NAME)
                || match.method().isEmpty()
                || match.method().get().equals("OPTIONS")
                || !match.cookies().isEmpty()) {
            return Optional.empty();
        }
        List<ValueMatch> headers = new ArrayList<>(match.headers());
        headers.add(PRESENT_ORIGIN);
        headers.add(PRESENT_METHOD);
        return Optional.of(route.toBuilder()
                .setMatch(match(new Match(match.path(), headers, match.queryParams(), Optional.of("OPTIONS")))));
    }

    /** Makes a route that answers matching requests with 500. */
    private static Route failing(Match match) {
        return Route.newBuilder()
                .setMatch(match(match))
                .setDirectResponse(direct(SERVER_ERROR))
                .build();
    }

    /**
     * Adds a copy of each route for CONNECT requests if CONNECT is served. A CONNECT request has no path that the
     * original route could match.
     */
    private static List<Route> withConnect(List<Route> routes, TrafficSettings settings) {
        Optional<RouteAction.UpgradeConfig> connect = RouteTuning.connect(settings);
        if (connect.isEmpty()) {
            return routes;
        }
        List<Route> all = new ArrayList<>();
        for (Route route : routes) {
            if (route.hasRoute()) {
                Route.Builder more = route.toBuilder();
                more.getMatchBuilder().setConnectMatcher(RouteMatch.ConnectMatcher.getDefaultInstance());
                more.getRouteBuilder()
                        .clearUpgradeConfigs()
                        .clearPrefixRewrite()
                        .clearRegexRewrite()
                        .addUpgradeConfigs(connect.get());
                all.add(more.build());
            }
        }
        all.addAll(routes);
        return all;
    }

    /**
     * Makes one route. If backends have filters that Envoy cannot apply to a share of a split, makes a route for each
     * backend that matches a fraction of the requests. All these routes compare the same random number, so the
     * fractions are cumulative.
     */
    private List<Route> parts(ObjectRef route, Rule.Http rule, Match match, EffectivePolicies policies) {
        List<WeightedTarget> weighted =
                rule.targets().stream().filter(target -> target.weight() > 0).toList();
        boolean split = weighted.size() > 1
                && weighted.stream().anyMatch(target -> !target.filters().headersOnly());
        if (!split) {
            return List.of(
                    one(route, rule, rule.filters(), weighted, match, policies).build());
        }
        long total = weighted.stream().mapToLong(WeightedTarget::weight).sum();
        long sum = 0;
        List<Route> parts = new ArrayList<>();
        for (WeightedTarget target : weighted) {
            sum += target.weight();
            Route.Builder part = one(route, rule, rule.filters(), List.of(target), match, policies);
            if (sum < total) {
                part.setMatch(part.getMatch().toBuilder()
                        .setRuntimeFraction(
                                RuntimeFractionalPercent.newBuilder().setDefaultValue(Protos.fraction(sum, total))));
            }
            parts.add(part.build());
        }
        return parts;
    }

    private Route.Builder one(
            ObjectRef ref,
            Rule.Http rule,
            Filters ruleFilters,
            List<WeightedTarget> targets,
            Match match,
            EffectivePolicies policies) {
        Route.Builder route = Route.newBuilder().setMatch(match(match));
        Filters backendFilters = targets.size() == 1 ? targets.getFirst().filters() : Filters.NONE;
        addHeaders(route, ruleFilters);
        addHeaders(route, backendFilters);
        Optional<RouteFilter.RequestRedirect> redirect = ruleFilters.redirect().or(backendFilters::redirect);
        Optional<HttpRouteFilter.DirectResponse> direct =
                ruleFilters.directResponse().or(backendFilters::directResponse);
        if (redirect.isPresent()) {
            setRedirect(route, redirect.get(), match);
        } else if (direct.isPresent()) {
            route.setDirectResponse(directResponse(direct.get()));
            direct.get()
                    .contentType()
                    .ifPresent(type -> route.addResponseHeadersToAdd(header(
                            "content-type", type, HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD)));
            direct.get().header().ifPresent(change -> route.addAllResponseHeadersToAdd(additions(change)));
        } else if (targets.stream().noneMatch(target -> target.target() instanceof Target.Found)) {
            route.setDirectResponse(direct(SERVER_ERROR));
        } else {
            route.setRoute(action(
                    ruleName(ref, rule.index()),
                    rule,
                    ruleFilters,
                    backendFilters,
                    targets,
                    match,
                    policies.settings()));
        }
        RouteTuning.apply(route, ref, rule, policies.settings());
        policies.security()
                .flatMap(Security::signOn)
                .ifPresent(signOn -> route.addAllRequestHeadersToRemove(signOn.internalHeaders()));
        route.addAllRequestHeadersToRemove(imitations(policies, ruleFilters));
        // The WAF gets bodies as a whole, so that the route buffers more than a connection does by default.
        policies.waf()
                .filter(waf -> route.hasRoute() && waf.spec().effectiveBodies() == WafPolicy.Bodies.Buffered)
                .ifPresent(waf -> route.setRequestBodyBufferLimit(UInt64Value.of(WafFilter.bufferBytes(waf))));
        FilterChains.onRoute(new RouteContext(
                        listener,
                        ruleName(ref, rule.index()),
                        rule,
                        match,
                        ruleFilters.cors().or(backendFilters::cors),
                        route.hasRoute(),
                        () -> ChainContext.connectionBytes(clients.get()),
                        () -> clients.get().headers().rateLimitHeaders(),
                        policies))
                .forEach(route::putTypedPerFilterConfig);
        return route;
    }

    /** Headers of a client that its backends could take for those that tell them who the client is. */
    private Collection<String> imitations(EffectivePolicies policies, Filters filters) {
        List<String> guarded = Stream.concat(
                        policies.security().stream().flatMap(security -> security.identityHeaders().stream()),
                        filters.externalAuth().stream().flatMap(each -> each.headersToBackend().stream()))
                .toList();
        // Otherwise Envoy lets no header with an underscore pass.
        return !guarded.isEmpty() && clients.get().headers().underscores() == Underscores.Allow
                ? Imitations.of(guarded)
                : List.of();
    }

    private RouteAction action(
            String name,
            Rule.Http rule,
            Filters filters,
            Filters backendFilters,
            List<WeightedTarget> targets,
            Match match,
            TrafficSettings settings) {
        RouteAction.Builder action = RouteAction.newBuilder()
                .setClusterNotFoundResponseCode(RouteAction.ClusterNotFoundResponseCode.INTERNAL_SERVER_ERROR);
        if (targets.size() == 1) {
            action.setCluster(clusterName(targets.getFirst()));
        } else {
            WeightedCluster.Builder clusters = WeightedCluster.newBuilder();
            for (WeightedTarget target : targets) {
                WeightedCluster.ClusterWeight.Builder weight = WeightedCluster.ClusterWeight.newBuilder()
                        .setName(clusterName(target))
                        .setWeight(Protos.uint32(target.weight()));
                target.filters().requestHeaders().ifPresent(change -> {
                    weight.addAllRequestHeadersToAdd(additions(change.change()));
                    weight.addAllRequestHeadersToRemove(change.change().remove());
                });
                target.filters().responseHeaders().ifPresent(change -> {
                    weight.addAllResponseHeadersToAdd(additions(change.change()));
                    weight.addAllResponseHeadersToRemove(change.change().remove());
                });
                if (target.target() instanceof Target.Found found) {
                    FilterChains.onBackend(name, rule, found.cluster()).forEach(weight::putTypedPerFilterConfig);
                }
                clusters.addClusters(weight);
            }
            action.setWeightedClusters(clusters);
        }
        for (Filters each : List.of(filters, backendFilters)) {
            for (Mirror mirror : each.mirrors()) {
                action.addRequestMirrorPolicies(RouteAction.RequestMirrorPolicy.newBuilder()
                        .setCluster(mirror.cluster().name())
                        // Without this field Envoy appends "-shadow" to the copy's Host, which the backend may not
                        // know.
                        .setDisableShadowHostSuffixAppend(true)
                        .setRuntimeFraction(RuntimeFractionalPercent.newBuilder()
                                .setDefaultValue(Protos.fraction(mirror.numerator(), mirror.denominator()))));
            }
            each.rewrite().ifPresent(rewrite -> {
                rewrite.hostname()
                        .ifPresent(hostname ->
                                action.setHostRewriteLiteral(hostname).setAppendXForwardedHost(true));
                rewrite.path().ifPresent(path -> rewritePath(action, path, match));
            });
            boolean resolved = targets.getFirst().target() instanceof Target.Found found
                    && found.cluster().resolved().isPresent();
            each.extendedRewrite().ifPresent(rewrite -> rewrite(action, rewrite, resolved));
        }
        RouteTuning.apply(
                action, rule, settings, () -> clients.get().timeouts().http().streamIdle());
        return action.build();
    }

    private static String clusterName(WeightedTarget target) {
        return switch (target.target()) {
            case Target.Found found -> found.cluster().name();
            case Target.Unresolved _ -> UNRESOLVED;
        };
    }

    static RouteMatch match(Match match) {
        RouteMatch.Builder builder = RouteMatch.newBuilder();
        String path = match.path().value();
        switch (match.path().type()) {
            case Exact -> builder.setPath(path);
            case RegularExpression -> builder.setSafeRegex(Protos.regex(path));
            case PathPrefix -> {
                String prefix = withoutTrailingSlash(path);
                if (prefix.isEmpty()) {
                    builder.setPrefix("/");
                } else {
                    builder.setPathSeparatedPrefix(prefix);
                }
            }
        }
        match.method()
                .ifPresent(method -> builder.addHeaders(HeaderMatcher.newBuilder()
                        .setName(":method")
                        .setStringMatch(StringMatcher.newBuilder().setExact(method))));
        for (ValueMatch header : distinct(match.headers(), true)) {
            builder.addHeaders(HeaderMatcher.newBuilder().setName(header.name()).setStringMatch(stringMatch(header)));
        }
        for (ValueMatch parameter : distinct(match.queryParams(), false)) {
            builder.addQueryParameters(QueryParameterMatcher.newBuilder()
                    .setName(parameter.name())
                    .setStringMatch(stringMatch(parameter)));
        }
        RouteMatchFields.Builder cookies = RouteMatchFields.newBuilder();
        for (ValueMatch cookie : match.cookies()) {
            cookies.addCookies(CookieMatcher.newBuilder().setName(cookie.name()).setStringMatch(stringMatch(cookie)));
        }
        return match.cookies().isEmpty() ? builder.build() : NewerFields.with(builder.build(), cookies.build());
    }

    /** Keeps the first match of each name, as Gateway API requires. */
    private static List<ValueMatch> distinct(List<ValueMatch> matches, boolean ignoreCase) {
        Map<String, ValueMatch> byName = new TreeMap<>();
        List<ValueMatch> result = new ArrayList<>();
        for (ValueMatch match : matches) {
            String name = ignoreCase ? match.name().toLowerCase(Locale.ROOT) : match.name();
            if (byName.putIfAbsent(name, match) == null) {
                result.add(match);
            }
        }
        return result;
    }

    private static StringMatcher stringMatch(ValueMatch match) {
        return switch (match.type()) {
            case Exact -> StringMatcher.newBuilder().setExact(match.value()).build();
            case RegularExpression ->
                StringMatcher.newBuilder()
                        .setSafeRegex(Protos.regex(match.value()))
                        .build();
        };
    }

    private static RegexMatchAndSubstitute substitute(String pattern, String substitution) {
        return RegexMatchAndSubstitute.newBuilder()
                .setPattern(Protos.regex(pattern))
                .setSubstitution(substitution)
                .build();
    }

    private static String withoutTrailingSlash(String path) {
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    /** Expresses Gateway API's ReplacePrefixMatch, which replaces path elements, by Envoy's rewrites, which replace characters. */
    private sealed interface PrefixRewrite {
        /** Replaces the matched prefix. */
        record Prefix(String replacement) implements PrefixRewrite {}

        /** Replaces the prefix together with the slashes after it, since plain replacement would leave "//". */
        record Regex(RegexMatchAndSubstitute substitution) implements PrefixRewrite {}

        static PrefixRewrite of(String replacement, Match match) {
            String prefix = match.path().type() == HttpRoute.PathType.PathPrefix
                    ? withoutTrailingSlash(match.path().value())
                    : "";
            String target = withoutTrailingSlash(replacement);
            if (target.isEmpty()) {
                return new Regex(substitute("^" + Pattern.quote(prefix) + "/*", "/"));
            }
            return new Prefix(prefix.isEmpty() ? target + "/" : target);
        }
    }

    /** @param resolved true if the backend is the request's host, so that Envoy has no other host to rewrite to */
    private static void rewrite(RouteAction.Builder action, HttpRouteFilter.UrlRewrite rewrite, boolean resolved) {
        rewrite.path().ifPresent(path -> action.setRegexRewrite(substitute(path.pattern(), path.substitution())));
        rewrite.hostname().ifPresent(hostname -> {
            action.setAppendXForwardedHost(rewrite.appendXForwardedHost());
            switch (hostname) {
                case HttpRouteFilter.HostRewrite.OfHeader header -> action.setHostRewriteHeader(header.header());
                case HttpRouteFilter.HostRewrite.OfBackend _ -> {
                    if (!resolved) {
                        action.setAutoHostRewrite(BoolValue.of(true));
                    }
                }
                case HttpRouteFilter.HostRewrite.OfPath path ->
                    action.setHostRewritePathRegex(
                            substitute(path.rewrite().pattern(), path.rewrite().substitution()));
            }
        });
    }

    private static void rewritePath(RouteAction.Builder action, RouteFilter.PathModifier modifier, Match match) {
        switch (modifier) {
            case RouteFilter.PathModifier.ReplaceFullPath full ->
                action.setRegexRewrite(substitute("^/.*$", full.path().replace("\\", "\\\\")));
            case RouteFilter.PathModifier.ReplacePrefixMatch prefix -> {
                switch (PrefixRewrite.of(prefix.prefix(), match)) {
                    case PrefixRewrite.Prefix plain -> action.setPrefixRewrite(plain.replacement());
                    case PrefixRewrite.Regex regex -> action.setRegexRewrite(regex.substitution());
                }
            }
        }
    }

    /**
     * Gateway API, HTTPRequestRedirectFilter.port: without a port, the well-known one of the scheme, and without a scheme the listener's.
     * Port 80 of http and port 443 of https are not shown.
     */
    private void setRedirect(Route.Builder route, RouteFilter.RequestRedirect redirect, Match match) {
        RedirectAction.Builder action = RedirectAction.newBuilder()
                .setResponseCode(
                        switch (redirect.statusCode()) {
                            case 301 -> RedirectAction.RedirectResponseCode.MOVED_PERMANENTLY;
                            case 303 -> RedirectAction.RedirectResponseCode.SEE_OTHER;
                            case 307 -> RedirectAction.RedirectResponseCode.TEMPORARY_REDIRECT;
                            case 308 -> RedirectAction.RedirectResponseCode.PERMANENT_REDIRECT;
                            default -> RedirectAction.RedirectResponseCode.FOUND;
                        });
        redirect.scheme().ifPresent(action::setSchemeRedirect);
        redirect.hostname().ifPresent(action::setHostRedirect);
        String scheme = redirect.scheme().orElse(protocol == ListenerState.Protocol.HTTPS ? "https" : "http");
        int wellKnown = scheme.equals("https") ? 443 : 80;
        int target = redirect.port().orElse(redirect.scheme().isPresent() ? wellKnown : port);
        if (target != wellKnown) {
            action.setPortRedirect(target);
        } else if (redirect.hostname().isEmpty()) {
            // Envoy keeps the port of the request's Host unless a port is set, and always shows a port that is set. So
            // the well-known port is set and then removed from the location.
            action.setPortRedirect(target);
            route.addResponseHeadersToAdd(
                    0, header("location", WITHOUT_PORT, HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS));
        }
        redirect.path().ifPresent(modifier -> {
            switch (modifier) {
                case RouteFilter.PathModifier.ReplaceFullPath full -> action.setPathRedirect(full.path());
                case RouteFilter.PathModifier.ReplacePrefixMatch prefix -> {
                    switch (PrefixRewrite.of(prefix.prefix(), match)) {
                        case PrefixRewrite.Prefix plain -> action.setPrefixRewrite(plain.replacement());
                        case PrefixRewrite.Regex regex -> action.setRegexRewrite(regex.substitution());
                    }
                }
            }
        });
        route.setRedirect(action);
    }

    private static DirectResponseAction directResponse(HttpRouteFilter.DirectResponse response) {
        DirectResponseAction.Builder action = DirectResponseAction.newBuilder().setStatus(response.statusCode());
        response.text().ifPresent(text -> {
            if (text.indexOf('%') < 0) {
                action.setBody(DataSource.newBuilder().setInlineString(text));
            } else {
                action.setUnknownFields(Protos.newer(
                        BODY_FORMAT,
                        SubstitutionFormatString.newBuilder()
                                .setTextFormatSource(DataSource.newBuilder().setInlineString(FormatText.of(text)))
                                .build()
                                .toByteString()));
            }
        });
        return action.build();
    }

    static DirectResponseAction direct(int status) {
        return DirectResponseAction.newBuilder().setStatus(status).build();
    }

    private static void addHeaders(Route.Builder route, Filters filters) {
        filters.requestHeaders().ifPresent(change -> {
            route.addAllRequestHeadersToAdd(additions(change.change()));
            route.addAllRequestHeadersToRemove(change.change().remove());
        });
        filters.responseHeaders().ifPresent(change -> {
            route.addAllResponseHeadersToAdd(additions(change.change()));
            route.addAllResponseHeadersToRemove(change.change().remove());
        });
    }

    private static List<HeaderValueOption> additions(HeaderChange change) {
        List<HeaderValueOption> options = new ArrayList<>();
        for (HeaderChange.Header set : change.set()) {
            options.add(header(
                    set.name(),
                    FormatText.of(set.value()),
                    HeaderValueOption.HeaderAppendAction.OVERWRITE_IF_EXISTS_OR_ADD));
        }
        for (HeaderChange.Header add : change.add()) {
            options.add(header(
                    add.name(),
                    FormatText.of(add.value()),
                    HeaderValueOption.HeaderAppendAction.APPEND_IF_EXISTS_OR_ADD));
        }
        return options;
    }

    private static HeaderValueOption header(String name, String value, HeaderValueOption.HeaderAppendAction append) {
        return HeaderValueOption.newBuilder()
                .setHeader(HeaderValue.newBuilder().setKey(name).setValue(value))
                .setAppendAction(append)
                .setKeepEmptyValue(value.isEmpty())
                .build();
    }
}
