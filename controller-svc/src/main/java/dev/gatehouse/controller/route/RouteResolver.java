package dev.gatehouse.controller.route;

import com.google.re2j.Pattern;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.check.Expressions;
import dev.gatehouse.controller.check.HeaderText;
import dev.gatehouse.controller.route.ResolvedRoute.Filters;
import dev.gatehouse.controller.route.ResolvedRoute.InvalidRule;
import dev.gatehouse.controller.route.ResolvedRoute.Match;
import dev.gatehouse.controller.route.ResolvedRoute.Mirror;
import dev.gatehouse.controller.route.ResolvedRoute.Problem;
import dev.gatehouse.controller.route.ResolvedRoute.Rule;
import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.GrpcRoute;
import dev.gatehouse.gatewayapi.HeaderChange;
import dev.gatehouse.gatewayapi.HttpRoute;
import dev.gatehouse.gatewayapi.HttpRouteFilter;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.L4Route;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.RouteFilter;
import dev.gatehouse.gatewayapi.RouteSpec;
import dev.gatehouse.gatewayapi.TlsRoute;
import dev.gatehouse.gatewayapi.ValueMatch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/** Resolves what the rules of a route refer to, and finds what no proxy would take. */
public final class RouteResolver {
    /** What the resolver needs to know of other objects. */
    public interface World {
        Target backend(ObjectRef route, BackendReference reference, boolean grpc, String transport);

        Optional<Resource<HttpRouteFilter>> filter(ObjectKey key);
    }

    private final World world;

    public RouteResolver(World world) {
        this.world = world;
    }

    /** Resolves the route {@code ref}. */
    public ResolvedRoute resolve(ObjectRef ref, Resource<? extends RouteSpec> route) {
        Run run = new Run(ref);
        switch (route.spec()) {
            case HttpRoute http -> http.rules().forEach(run::http);
            case GrpcRoute grpc -> grpc.rules().forEach(run::grpc);
            case TlsRoute tls -> tls.rules().forEach(rule -> run.stream(rule, "TCP"));
            case L4Route l4 ->
                l4.rules().forEach(rule -> run.stream(rule, ref.kind().equals("UDPRoute") ? "UDP" : "TCP"));
        }
        return new ResolvedRoute(run.rules, run.problems, run.invalid);
    }

    /** The resolution of one route. */
    private final class Run {
        private final ObjectRef ref;
        private final List<Rule> rules = new ArrayList<>();
        private final List<Problem> problems = new ArrayList<>();
        private final List<InvalidRule> invalid = new ArrayList<>();

        Run(ObjectRef ref) {
            this.ref = ref;
        }

        void http(HttpRoute.Rule rule) {
            int index = rules.size();
            String path = "spec.rules[" + index + "]";
            List<Match> matches = rule.matches().stream()
                    .map(m -> new Match(m.path(), m.headers(), m.queryParams(), m.method()))
                    .toList();
            Filters filters = filters(rule.filters(), path + ".filters", index);
            rules.add(new Rule.Http(
                    index,
                    rule.name(),
                    false,
                    matches,
                    filters,
                    targets(rule.backends(), path, index, false, "TCP"),
                    rule.timeouts(),
                    rule.retry(),
                    rule.sessionPersistence(),
                    service(index, path, matches)));
        }

        void grpc(GrpcRoute.Rule rule) {
            int index = rules.size();
            String path = "spec.rules[" + index + "]";
            List<Match> matches =
                    rule.matches().stream().map(RouteResolver::httpMatch).toList();
            Filters filters = filters(rule.filters(), path + ".filters", index);
            rules.add(new Rule.Http(
                    index,
                    rule.name(),
                    true,
                    matches,
                    filters,
                    targets(rule.backends(), path, index, true, "TCP"),
                    new HttpRoute.Timeouts(Optional.empty(), Optional.empty()),
                    Optional.empty(),
                    rule.sessionPersistence(),
                    service(index, path, matches)));
        }

        void stream(TlsRoute.Rule rule, String transport) {
            int index = rules.size();
            rules.add(new Rule.Stream(
                    index, targets(rule.backends(), "spec.rules[" + index + "]", index, false, transport)));
        }

        private List<WeightedTarget> targets(
                List<BackendReference> references, String path, int rule, boolean grpc, String transport) {
            List<WeightedTarget> targets = new ArrayList<>();
            for (int i = 0; i < references.size(); i++) {
                BackendReference reference = references.get(i);
                Target target = world.backend(ref, reference, grpc, transport);
                String at = path + ".backendRefs[" + i + "]";
                if (target instanceof Target.Unresolved unresolved) {
                    problems.add(new Problem(unresolved.reason(), at + ": " + unresolved.message()));
                }
                targets.add(new WeightedTarget(
                        target, reference.weight(), filters(reference.filters(), at + ".filters", rule)));
            }
            return targets;
        }

        private Filters filters(List<RouteFilter> filters, String path, int rule) {
            Filters result = Filters.NONE;
            List<Mirror> mirrors = new ArrayList<>();
            Optional<RouteFilter.RequestHeaderModifier> request = Optional.empty();
            Optional<RouteFilter.ResponseHeaderModifier> response = Optional.empty();
            Optional<RouteFilter.RequestRedirect> redirect = Optional.empty();
            Optional<RouteFilter.UrlRewrite> rewrite = Optional.empty();
            Optional<RouteFilter.Cors> cors = Optional.empty();
            Optional<HttpRouteFilter.DirectResponse> direct = Optional.empty();
            Optional<HttpRouteFilter.RegexRewrite> regex = Optional.empty();
            for (int i = 0; i < filters.size(); i++) {
                String at = path + "[" + i + "]";
                switch (filters.get(i)) {
                    case RouteFilter.RequestHeaderModifier f -> {
                        headers(f.change(), at + ".requestHeaderModifier", rule);
                        request = Optional.of(f);
                    }
                    case RouteFilter.ResponseHeaderModifier f -> {
                        headers(f.change(), at + ".responseHeaderModifier", rule);
                        response = Optional.of(f);
                    }
                    case RouteFilter.RequestRedirect f -> redirect = Optional.of(f);
                    case RouteFilter.UrlRewrite f -> rewrite = Optional.of(f);
                    case RouteFilter.Cors f -> cors = Optional.of(f);
                    case RouteFilter.RequestMirror f -> {
                        switch (world.backend(ref, f.backend(), ref.kind().equals("GRPCRoute"), "TCP")) {
                            case Target.Found found ->
                                mirrors.add(new Mirror(found.cluster(), f.numerator(), f.denominator()));
                            case Target.Unresolved unresolved ->
                                problems.add(new Problem(
                                        unresolved.reason(),
                                        at + ".requestMirror.backendRef: " + unresolved.message()));
                        }
                    }
                    case RouteFilter.ExtensionRef f -> {
                        Optional<HttpRouteFilter> extension = extension(f, at, rule);
                        if (extension.isPresent()) {
                            if (regex.isPresent()
                                    && extension.get().regexRewrite().isPresent()) {
                                invalid.add(twoRewrites(rule, at + ".extensionRef"));
                            }
                            direct = extension.get().directResponse().or(orElse(direct));
                            regex = extension.get().regexRewrite().or(orElse(regex));
                        }
                    }
                }
            }
            if (regex.isPresent()
                    && rewrite.flatMap(RouteFilter.UrlRewrite::path).isPresent()) {
                invalid.add(twoRewrites(rule, path));
            }
            return filters.isEmpty()
                    ? result
                    : new Filters(request, response, mirrors, redirect, rewrite, cors, direct, regex);
        }

        private static InvalidRule twoRewrites(int rule, String at) {
            return new InvalidRule(
                    rule,
                    "UnsupportedValue",
                    at + ": rewrites the path a second time (expected: one rewrite of the path).");
        }

        private void headers(HeaderChange change, String at, int rule) {
            header(change.set().stream().map(HeaderChange.Header::name).toList(), at + ".set", ".name", rule);
            header(change.add().stream().map(HeaderChange.Header::name).toList(), at + ".add", ".name", rule);
            header(change.remove(), at + ".remove", "", rule);
        }

        private void header(List<String> names, String at, String field, int rule) {
            for (int i = 0; i < names.size(); i++) {
                String place = at + "[" + i + "]" + field + ": ";
                HeaderText.problemWithChange(names.get(i))
                        .ifPresent(problem ->
                                invalid.add(new InvalidRule(rule, "UnsupportedValue", place + problem + ".")));
            }
        }

        private Optional<HttpRouteFilter> extension(RouteFilter.ExtensionRef f, String at, int rule) {
            ObjectKey key = f.reference().key(ref.namespace());
            boolean known = f.reference().group().equals(Kinds.ENVOY_GATEWAY_GROUP)
                    && f.reference().kind().equals("HTTPRouteFilter");
            Optional<HttpRouteFilter> filter = known ? world.filter(key).map(Resource::spec) : Optional.empty();
            if (!known) {
                invalid.add(new InvalidRule(
                        rule,
                        "UnsupportedValue",
                        at + ".extensionRef: kind \"" + f.reference().kind() + "\" of group \""
                                + f.reference().group() + "\" is not known (expected: HTTPRouteFilter of "
                                + Kinds.ENVOY_GATEWAY_GROUP + ")."));
            } else if (filter.isEmpty()) {
                problems.add(new Problem(
                        "BackendNotFound", at + ".extensionRef: HTTPRouteFilter " + key + " is not there."));
                invalid.add(new InvalidRule(
                        rule, "UnsupportedValue", at + ".extensionRef: HTTPRouteFilter " + key + " is not there."));
            } else if (filter.get().regexRewrite().isPresent()) {
                HttpRouteFilter.RegexRewrite rewrite =
                        filter.get().regexRewrite().get();
                String place =
                        at + ".extensionRef: HTTPRouteFilter " + key + ", spec.urlRewrite.path.replaceRegexMatch.";
                Expressions.problem(rewrite.pattern())
                        .map(problem -> "pattern: " + problem)
                        .or(() -> Expressions.problemWithSubstitution(rewrite.pattern(), rewrite.substitution())
                                .map(problem -> "substitution: " + problem))
                        .ifPresent(problem ->
                                invalid.add(new InvalidRule(rule, "UnsupportedValue", place + problem + ".")));
            }
            return filter;
        }

        private Rule.Service service(int rule, String path, List<Match> matches) {
            boolean unservable = invalid.stream().anyMatch(problem -> problem.index() == rule);
            int before = invalid.size();
            for (int i = 0; i < matches.size(); i++) {
                Match match = matches.get(i);
                String at = path + ".matches[" + i + "]";
                if (match.path().type() == HttpRoute.PathType.RegularExpression) {
                    Expressions.problem(match.path().value())
                            .ifPresent(p -> invalid.add(
                                    new InvalidRule(rule, "UnsupportedValue", at + ".path.value: " + p + ".")));
                }
                check(rule, at + ".headers", match.headers());
                check(rule, at + ".queryParams", match.queryParams());
            }
            if (invalid.size() > before) {
                return Rule.Service.NEVER_MATCHES;
            }
            return unservable ? Rule.Service.FAILS : Rule.Service.SERVES;
        }

        private void check(int rule, String at, List<ValueMatch> values) {
            for (int i = 0; i < values.size(); i++) {
                if (values.get(i).type() == ValueMatch.Type.RegularExpression) {
                    String place = at + "[" + i + "].value: ";
                    Expressions.problem(values.get(i).value())
                            .ifPresent(p -> invalid.add(new InvalidRule(rule, "UnsupportedValue", place + p + ".")));
                }
            }
        }
    }

    private static <T> Supplier<Optional<T>> orElse(Optional<T> value) {
        return () -> value;
    }

    private static Match httpMatch(GrpcRoute.Match match) {
        HttpRoute.PathMatch path = match.method()
                .map(RouteResolver::grpcPath)
                .orElse(new HttpRoute.PathMatch(HttpRoute.PathType.PathPrefix, "/"));
        return new Match(path, match.headers(), List.of(), Optional.empty());
    }

    private static HttpRoute.PathMatch grpcPath(GrpcRoute.MethodMatch method) {
        boolean exact = method.type() == ValueMatch.Type.Exact;
        if (exact && method.service().isPresent()) {
            String service = "/" + method.service().get() + "/";
            return method.method()
                    .map(name -> new HttpRoute.PathMatch(HttpRoute.PathType.Exact, service + name))
                    .orElse(new HttpRoute.PathMatch(HttpRoute.PathType.PathPrefix, service));
        }
        String service = method.service().orElse("[^/]+");
        String name = method.method().map(m -> exact ? Pattern.quote(m) : m).orElse("[^/]+");
        return new HttpRoute.PathMatch(HttpRoute.PathType.RegularExpression, "/" + service + "/" + name);
    }
}
