package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** HTTPRoute. */
public record HttpRoute(
        List<ParentReference> parents, boolean usesDefaultGateways, List<String> hostnames, List<Rule> rules)
        implements RouteSpec {
    public HttpRoute {
        parents = List.copyOf(parents);
        hostnames = List.copyOf(hostnames);
        rules = List.copyOf(rules);
    }

    /** How a path is compared. */
    public enum PathType {
        Exact,
        PathPrefix,
        RegularExpression
    }

    /** HTTPPathMatch. */
    public record PathMatch(PathType type, String value) {
        /** The rule of Gateway API's CRD: pchar of RFC 3986, and slashes. */
        private static final Pattern PATH_CHARACTERS =
                Pattern.compile("(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+");

        public static final PathMatch ANY = new PathMatch(PathType.PathPrefix, "/");

        static PathMatch read(Fields f) {
            PathType type = f.choice("type", PathType.class).orElse(PathType.PathPrefix);
            String value = f.string("value").orElse("/");
            if (type != PathType.RegularExpression) {
                if (!PATH_CHARACTERS.matcher(value).matches()) {
                    f.wrong(
                            "value",
                            "\"" + value + "\" has a character that no path has (expected: letters, digits,"
                                    + " -._~!$&'()*+,;=:@/ and %XX)");
                }
                if (!value.startsWith("/")) {
                    f.wrong("value", "\"" + value + "\" is not valid (expected: a path that begins with \"/\")");
                }
                for (String bad : List.of("//", "/./", "/../", "%2f", "%2F", "#")) {
                    if (value.contains(bad)) {
                        f.wrong("value", "\"" + value + "\" contains \"" + bad + "\" (expected: a normalised path)");
                    }
                }
                if (value.endsWith("/..") || value.endsWith("/.")) {
                    f.wrong("value", "\"" + value + "\" is not valid (expected: a normalised path)");
                }
            }
            return new PathMatch(type, value);
        }
    }

    /** HTTPRouteMatch: all parts must hold. */
    public record Match(
            PathMatch path, List<ValueMatch> headers, List<ValueMatch> queryParams, Optional<String> method) {
        static final Match ANY = new Match(PathMatch.ANY, List.of(), List.of(), Optional.empty());

        private static final List<String> METHODS =
                List.of("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH");

        public Match {
            headers = List.copyOf(headers);
            queryParams = List.copyOf(queryParams);
        }

        static Match read(Fields f) {
            Optional<String> method = f.string("method");
            method.filter(m -> !METHODS.contains(m))
                    .ifPresent(m -> f.wrong(
                            "method", "\"" + m + "\" is not known (expected: " + String.join(", ", METHODS) + ")"));
            return new Match(
                    f.object("path", PathMatch::read).orElse(PathMatch.ANY),
                    f.list("headers", 0, 16, ValueMatch::read),
                    f.list("queryParams", 0, 16, ValueMatch::read),
                    method);
        }
    }

    /** HTTPRouteTimeouts; a zero duration switches a timeout off. */
    public record Timeouts(Optional<Duration> request, Optional<Duration> backendRequest) {
        public static final Timeouts NONE = new Timeouts(Optional.empty(), Optional.empty());

        static Timeouts read(Fields f) {
            Timeouts timeouts = new Timeouts(f.duration("request"), f.duration("backendRequest"));
            if (timeouts.request.isPresent()
                    && timeouts.backendRequest.isPresent()
                    && !timeouts.request.get().isZero()
                    && timeouts.backendRequest.get().compareTo(timeouts.request.get()) > 0) {
                f.wrong("backendRequest", "is longer than request (expected: at most the request timeout)");
            }
            return timeouts;
        }
    }

    /**
     * HTTPRouteRetry (GEP-1731).
     *
     * @param codes response codes to retry
     */
    public record Retry(List<Integer> codes, Optional<Integer> attempts, Optional<Duration> backoff) {
        static Retry read(Fields f) {
            return new Retry(f.integers("codes", 400, 599), f.integer("attempts", 0, 1000), f.duration("backoff"));
        }
    }

    /** HTTPRouteRule. */
    public record Rule(
            Optional<String> name,
            List<Match> matches,
            List<RouteFilter> filters,
            List<BackendReference> backends,
            Timeouts timeouts,
            Optional<Retry> retry,
            Optional<SessionPersistence> sessionPersistence) {
        public Rule {
            matches = matches.isEmpty() ? List.of(Match.ANY) : List.copyOf(matches);
            filters = List.copyOf(filters);
            backends = List.copyOf(backends);
        }

        static Rule read(Fields f) {
            Rule rule = new Rule(
                    f.string("name", Syntax.DNS_NAME),
                    f.list("matches", 0, 64, Match::read),
                    f.list("filters", 0, 16, RouteFilter::readHttp),
                    f.list("backendRefs", 0, 16, BackendReference::readHttp),
                    f.object("timeouts", Timeouts::read).orElse(Timeouts.NONE),
                    f.object("retry", Retry::read),
                    f.object("sessionPersistence", SessionPersistence::read));
            boolean redirects = rule.filters.stream().anyMatch(RouteFilter.RequestRedirect.class::isInstance);
            boolean rewrites = rule.filters.stream().anyMatch(RouteFilter.UrlRewrite.class::isInstance);
            if (redirects && rewrites) {
                f.wrong("filters", "has RequestRedirect and URLRewrite (expected: one of the two)");
            }
            if (redirects && !rule.backends.isEmpty()) {
                f.wrong("backendRefs", "is set beside a RequestRedirect (expected: none)");
            }
            for (String once : List.of(
                    "RequestHeaderModifier",
                    "ResponseHeaderModifier",
                    "RequestRedirect",
                    "URLRewrite",
                    "CORS",
                    "ExternalAuth")) {
                if (rule.filters.stream().filter(x -> x.type().equals(once)).count() > 1) {
                    f.wrong("filters", "has " + once + " twice (expected: at most once)");
                }
            }
            if (rule.replacesPrefix()
                    && !(rule.matches.size() == 1
                            && rule.matches.getFirst().path().type() == PathType.PathPrefix)) {
                f.wrong("filters", "has ReplacePrefixMatch (expected: exactly one match, of type PathPrefix)");
            }
            return rule;
        }

        private boolean replacesPrefix() {
            return filters.stream().anyMatch(filter -> switch (filter) {
                case RouteFilter.RequestRedirect redirect ->
                    redirect.path()
                            .filter(RouteFilter.PathModifier.ReplacePrefixMatch.class::isInstance)
                            .isPresent();
                case RouteFilter.UrlRewrite rewrite ->
                    rewrite.path()
                            .filter(RouteFilter.PathModifier.ReplacePrefixMatch.class::isInstance)
                            .isPresent();
                case RouteFilter.RequestHeaderModifier _,
                        RouteFilter.ResponseHeaderModifier _,
                        RouteFilter.ExternalAuth _,
                        RouteFilter.RequestMirror _,
                        RouteFilter.Cors _,
                        RouteFilter.ExtensionRef _ -> false;
            });
        }
    }

    static HttpRoute read(Fields f) {
        List<Rule> rules = f.list("rules", 0, 16, Rule::read);
        return new HttpRoute(
                ParentReference.readAll(f),
                ParentReference.readDefaults(f),
                RouteHostnames.read(f),
                f.has("rules")
                        ? rules
                        : List.of(new Rule(
                                Optional.empty(),
                                List.of(),
                                List.of(),
                                List.of(),
                                Timeouts.NONE,
                                Optional.empty(),
                                Optional.empty())));
    }
}
