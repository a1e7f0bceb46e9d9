package dev.gatehouse.controller.route;

import dev.gatehouse.controller.backend.ClusterSettings;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.backend.InjectedCredential;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.GrpcRoute;
import dev.gatehouse.gatewayapi.HttpRoute;
import dev.gatehouse.gatewayapi.HttpRouteFilter;
import dev.gatehouse.gatewayapi.L4Route;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.RouteFilter;
import dev.gatehouse.gatewayapi.RouteSpec;
import dev.gatehouse.gatewayapi.SessionPersistence;
import dev.gatehouse.gatewayapi.TlsRoute;
import dev.gatehouse.gatewayapi.ValueMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A route whose references are resolved. HTTPRoute and GRPCRoute have one resolved form, and TLSRoute, TCPRoute and
 * UDPRoute have another.
 *
 * @param problems why the route's condition ResolvedRefs is false, most important first
 * @param invalidRules why single rules cannot be served, by their index in the route
 * @param backends the objects that the route refers to as backends or mirrors
 */
public record ResolvedRoute(
        List<Rule> rules, List<Problem> problems, List<InvalidRule> invalidRules, Set<ObjectRef> backends) {
    public ResolvedRoute {
        rules = List.copyOf(rules);
        problems = List.copyOf(problems);
        invalidRules = List.copyOf(invalidRules);
        backends = Set.copyOf(backends);
    }

    /** The form of a route whose resolution failed by a bug: requests are answered with 500, connections are closed. */
    public static ResolvedRoute failing(RouteSpec route) {
        Rule rule = switch (route) {
            case HttpRoute _, GrpcRoute _ ->
                new Rule.Http(
                        0,
                        Optional.empty(),
                        route instanceof GrpcRoute,
                        List.of(Match.EVERYTHING),
                        Filters.NONE,
                        List.of(),
                        HttpRoute.Timeouts.NONE,
                        Optional.empty(),
                        Optional.empty(),
                        Rule.Service.FAILS);
            case TlsRoute _, L4Route _ -> new Rule.Stream(0, Optional.empty(), List.of());
        };
        return new ResolvedRoute(List.of(rule), List.of(), List.of(), Set.of());
    }

    /** A copy with more invalid rules. */
    public ResolvedRoute refusing(List<InvalidRule> more) {
        if (more.isEmpty()) {
            return this;
        }
        List<InvalidRule> all = new ArrayList<>(invalidRules);
        more.stream().filter(rule -> !all.contains(rule)).forEach(all::add);
        return new ResolvedRoute(rules, problems, all, backends);
    }

    /** A copy for a Gateway whose client certificate for backends is {@code certificate}. */
    public ResolvedRoute presenting(ObjectKey certificate) {
        return new ResolvedRoute(
                rules.stream().map(rule -> rule.presenting(certificate)).toList(), problems, invalidRules, backends);
    }

    /** A copy in which the backends of the rules that match {@code which} are one cluster where they can be. */
    public ResolvedRoute together(Predicate<Rule.Http> which) {
        return rules.stream().allMatch(rule -> rule.targets().size() < 2)
                ? this
                : new ResolvedRoute(
                        rules.stream()
                                .map(rule -> rule instanceof Rule.Http http
                                                && http.targets().size() > 1
                                                && which.test(http)
                                        ? http.together()
                                        : rule)
                                .toList(),
                        problems,
                        invalidRules,
                        backends);
    }

    /** A copy in which each rule's backends have the rule's {@code settings}. */
    public ResolvedRoute with(Function<Rule, ClusterSettings> settings) {
        return new ResolvedRoute(
                rules.stream().map(rule -> rule.with(settings.apply(rule))).toList(), problems, invalidRules, backends);
    }

    /** A reason why a reference cannot be resolved. */
    public record Problem(String reason, String message) {}

    /** A rule that cannot be served as written, and the reason. */
    public record InvalidRule(int index, String reason, String message) {}

    /** A rule. */
    public sealed interface Rule {
        /** The rule's index in the route. */
        int index();

        /** The rule's name, by which a policy can target the rule. */
        Optional<String> name();

        List<WeightedTarget> targets();

        /** A copy for a Gateway whose client certificate for backends is {@code certificate}. */
        Rule presenting(ObjectKey certificate);

        /** A copy whose backends have {@code settings}. */
        Rule with(ClusterSettings settings);

        /** How a rule's requests are handled. */
        enum Service {
            SERVES,
            /** A filter cannot be applied: the rule's requests are answered with 500. */
            FAILS,
            /** A match cannot be evaluated: the rule gets no requests. */
            NEVER_MATCHES
        }

        /** A rule of an HTTPRoute or GRPCRoute. */
        record Http(
                int index,
                Optional<String> name,
                boolean grpc,
                List<Match> matches,
                Filters filters,
                List<WeightedTarget> targets,
                HttpRoute.Timeouts timeouts,
                Optional<HttpRoute.Retry> retry,
                Optional<SessionPersistence> sessionPersistence,
                Service service)
                implements Rule {
            public Http {
                matches = List.copyOf(matches);
                targets = List.copyOf(targets);
            }

            @Override
            public Http presenting(ObjectKey certificate) {
                return new Http(
                        index,
                        name,
                        grpc,
                        matches,
                        filters.presenting(certificate),
                        WeightedTarget.presenting(targets, certificate),
                        timeouts,
                        retry,
                        sessionPersistence,
                        service);
            }

            private Http together() {
                return to(TargetGroup.of(targets).togetherIfPossible());
            }

            private Http to(List<WeightedTarget> others) {
                return new Http(
                        index, name, grpc, matches, filters, others, timeouts, retry, sessionPersistence, service);
            }

            /** Mirrors do not get the settings, since a failed copy has no effect on the client. */
            @Override
            public Http with(ClusterSettings settings) {
                return settings.equals(ClusterSettings.NONE) ? this : to(WeightedTarget.with(targets, settings));
            }
        }

        /** A rule of a TLSRoute, TCPRoute or UDPRoute. */
        record Stream(int index, Optional<String> name, List<WeightedTarget> targets) implements Rule {
            public Stream {
                targets = List.copyOf(targets);
            }

            @Override
            public Stream presenting(ObjectKey certificate) {
                return new Stream(index, name, WeightedTarget.presenting(targets, certificate));
            }

            @Override
            public Stream with(ClusterSettings settings) {
                return new Stream(index, name, WeightedTarget.with(targets, settings));
            }
        }
    }

    /** A backend with its share and its own filters. */
    public record WeightedTarget(Target target, int weight, Filters filters) {
        private static List<WeightedTarget> with(List<WeightedTarget> targets, ClusterSettings settings) {
            return targets.stream()
                    .map(each -> new WeightedTarget(each.target().with(settings), each.weight(), each.filters()))
                    .toList();
        }

        private static List<WeightedTarget> presenting(List<WeightedTarget> targets, ObjectKey certificate) {
            return targets.stream()
                    .map(each -> new WeightedTarget(
                            each.target().presenting(certificate),
                            each.weight(),
                            each.filters().presenting(certificate)))
                    .toList();
        }
    }

    /** A mirror's backend. */
    public record Mirror(ClusterSpec cluster, int numerator, int denominator) {
        /** A copy of the mirror whose copied requests get {@code credential}, as the original requests do. */
        Mirror injecting(InjectedCredential credential) {
            return new Mirror(cluster.injecting(credential), numerator, denominator);
        }
    }

    /**
     * The filters of a rule or backend. Each kind occurs at most once, except mirrors.
     *
     * @param directResponse from an HTTPRouteFilter, including its body
     * @param extendedRewrite from an HTTPRouteFilter
     * @param externalAuth the authorization server of the filter ExternalAuth
     * @param credential from an HTTPRouteFilter: the credential that the clusters of backends and mirrors add to
     * requests
     */
    public record Filters(
            Optional<RouteFilter.RequestHeaderModifier> requestHeaders,
            Optional<RouteFilter.ResponseHeaderModifier> responseHeaders,
            List<Mirror> mirrors,
            Optional<RouteFilter.RequestRedirect> redirect,
            Optional<RouteFilter.UrlRewrite> rewrite,
            Optional<RouteFilter.Cors> cors,
            Optional<HttpRouteFilter.DirectResponse> directResponse,
            Optional<HttpRouteFilter.UrlRewrite> extendedRewrite,
            Optional<InjectedCredential> credential,
            Optional<Security.Authorizer> externalAuth) {
        public static final Filters NONE = new Filters(
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty());

        public Filters {
            mirrors = List.copyOf(mirrors);
        }

        private Filters presenting(ObjectKey certificate) {
            return new Filters(
                    requestHeaders,
                    responseHeaders,
                    mirrors.stream()
                            .map(mirror -> new Mirror(
                                    mirror.cluster().presenting(certificate), mirror.numerator(), mirror.denominator()))
                            .toList(),
                    redirect,
                    rewrite,
                    cors,
                    directResponse,
                    extendedRewrite,
                    credential,
                    externalAuth.map(each -> each.presenting(certificate)));
        }

        /** True if the filters only change headers, which Envoy can do for each cluster of a split. */
        public boolean headersOnly() {
            return mirrors.isEmpty()
                    && redirect.isEmpty()
                    && rewrite.isEmpty()
                    && cors.isEmpty()
                    && directResponse.isEmpty()
                    && extendedRewrite.isEmpty();
        }
    }

    /** A match of an HTTPRoute or GRPCRoute, in a common form. */
    public record Match(
            HttpRoute.PathMatch path,
            List<ValueMatch> headers,
            List<ValueMatch> queryParams,
            Optional<String> method,
            List<ValueMatch> cookies) {
        /** Matches every request. */
        public static final Match EVERYTHING =
                new Match(HttpRoute.PathMatch.ANY, List.of(), List.of(), Optional.empty());

        /** A match without a condition on cookies. */
        public Match(
                HttpRoute.PathMatch path,
                List<ValueMatch> headers,
                List<ValueMatch> queryParams,
                Optional<String> method) {
            this(path, headers, queryParams, method, List.of());
        }

        /** A copy that also requires {@code cookies}. */
        Match and(List<ValueMatch> cookies) {
            return new Match(path, headers, queryParams, method, cookies);
        }

        public Match {
            headers = List.copyOf(headers);
            queryParams = List.copyOf(queryParams);
            cookies = List.copyOf(cookies);
        }
    }

    /** Every cluster that the route needs. */
    public List<ClusterSpec> clusters() {
        List<ClusterSpec> clusters = new ArrayList<>();
        for (Rule rule : rules) {
            Stream<Filters> filters = rule.targets().stream().map(WeightedTarget::filters);
            if (rule instanceof Rule.Http http) {
                filters = Stream.concat(Stream.of(http.filters()), filters);
            }
            filters.forEach(each -> {
                each.mirrors().stream().map(Mirror::cluster).forEach(clusters::add);
                each.externalAuth().map(Security.Authorizer::cluster).ifPresent(clusters::add);
            });
            for (WeightedTarget target : rule.targets()) {
                if (target.target() instanceof Target.Found found) {
                    clusters.add(found.cluster());
                }
            }
        }
        return clusters;
    }
}
