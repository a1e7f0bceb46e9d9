package dev.gatehouse.controller.route;

import com.google.re2j.Pattern;
import dev.gatehouse.controller.backend.InjectedCredential;
import dev.gatehouse.controller.backend.Target;
import dev.gatehouse.controller.check.Expressions;
import dev.gatehouse.controller.check.HeaderText;
import dev.gatehouse.controller.extensionserver.ExtensionReference;
import dev.gatehouse.controller.route.ResolvedRoute.Filters;
import dev.gatehouse.controller.route.ResolvedRoute.InvalidRule;
import dev.gatehouse.controller.route.ResolvedRoute.Match;
import dev.gatehouse.controller.route.ResolvedRoute.Mirror;
import dev.gatehouse.controller.route.ResolvedRoute.Problem;
import dev.gatehouse.controller.route.ResolvedRoute.Rule;
import dev.gatehouse.controller.route.ResolvedRoute.WeightedTarget;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.ConfigMap;
import dev.gatehouse.gatewayapi.CredentialInjection;
import dev.gatehouse.gatewayapi.GrpcRoute;
import dev.gatehouse.gatewayapi.HeaderChange;
import dev.gatehouse.gatewayapi.HttpRoute;
import dev.gatehouse.gatewayapi.HttpRouteFilter;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.L4Route;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.RouteFilter;
import dev.gatehouse.gatewayapi.RouteSpec;
import dev.gatehouse.gatewayapi.TlsRoute;
import dev.gatehouse.gatewayapi.ValueMatch;
import dev.gatehouse.gatewayapi.security.ExtAuth;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;

/** Resolves the references of a route's rules, and finds settings that proxies would refuse. */
public final class RouteResolver {
    /** The resolver's view of other objects. */
    public interface World {
        Target backend(ObjectRef route, BackendReference reference, boolean grpc, String transport);

        Optional<Resource<HttpRouteFilter>> filter(ObjectKey key);

        /** Why the Secret with a credential that the HTTPRouteFilter {@code filter} names cannot be used. */
        Optional<String> credentialProblem(ObjectKey filter, ObjectReference secret);

        /** A ConfigMap, for a response's body. */
        Optional<ConfigMap> configMap(ObjectKey key);

        /** Whether filters may refer to objects of the kind, which is an extension server's. */
        boolean isExtension(String group, String kind);

        /** Whether the extension server's object exists. */
        boolean extension(ExtensionReference object);
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
        return new ResolvedRoute(run.rules, run.problems, run.invalid, run.backends);
    }

    /** The resolution of one route. */
    private final class Run {
        private final ObjectRef ref;
        private final List<Rule> rules = new ArrayList<>();
        private final List<Problem> problems = new ArrayList<>();
        private final List<InvalidRule> invalid = new ArrayList<>();
        private final Set<ObjectRef> backends = new HashSet<>();

        Run(ObjectRef ref) {
            this.ref = ref;
        }

        void http(HttpRoute.Rule rule) {
            int index = rules.size();
            String path = "spec.rules[" + index + "]";
            List<Match> matches = withCookies(
                    rule.matches().stream()
                            .map(m -> new Match(m.path(), m.headers(), m.queryParams(), m.method()))
                            .toList(),
                    rule.filters());
            Filters filters = filters(rule.filters(), path + ".filters", index);
            incompatible(rule.filters(), rule.backends(), path, index);
            rules.add(new Rule.Http(
                    index,
                    rule.name(),
                    false,
                    matches,
                    filters,
                    injecting(
                            filters,
                            together(
                                    byRequest(
                                            targets(rule.backends(), path, index, false, "TCP"),
                                            filters,
                                            rule.sessionPersistence().isPresent(),
                                            path),
                                    rule.sessionPersistence().isPresent(),
                                    path,
                                    index)),
                    rule.timeouts(),
                    rule.retry(),
                    rule.sessionPersistence(),
                    service(index, path, matches)));
        }

        void grpc(GrpcRoute.Rule rule) {
            int index = rules.size();
            String path = "spec.rules[" + index + "]";
            List<Match> matches = withCookies(
                    rule.matches().stream().map(RouteResolver::httpMatch).toList(), rule.filters());
            Filters filters = filters(rule.filters(), path + ".filters", index);
            incompatible(rule.filters(), rule.backends(), path, index);
            rules.add(new Rule.Http(
                    index,
                    rule.name(),
                    true,
                    matches,
                    filters,
                    injecting(
                            filters,
                            together(
                                    byRequest(
                                            targets(rule.backends(), path, index, true, "TCP"),
                                            filters,
                                            rule.sessionPersistence().isPresent(),
                                            path),
                                    rule.sessionPersistence().isPresent(),
                                    path,
                                    index)),
                    new HttpRoute.Timeouts(Optional.empty(), Optional.empty()),
                    Optional.empty(),
                    rule.sessionPersistence(),
                    service(index, path, matches)));
        }

        /** Combines each match with each cookie list of an HTTPRouteFilter. */
        private List<Match> withCookies(List<Match> matches, List<RouteFilter> filters) {
            List<List<ValueMatch>> cookies = filters.stream()
                    .flatMap(filter -> filter instanceof RouteFilter.ExtensionRef extension
                                    && !world.isExtension(
                                            extension.reference().group(),
                                            extension.reference().kind())
                            ? world.filter(extension.reference().key(ref.namespace())).stream()
                            : Stream.empty())
                    .flatMap(filter -> filter.spec().matches().stream())
                    .toList();
            return cookies.isEmpty()
                    ? matches
                    : matches.stream()
                            .flatMap(match -> cookies.stream().map(match::and))
                            .toList();
        }

        /** The backends of a rule, with the credential that the rule's or the backend's filters add to requests. */
        private static List<WeightedTarget> injecting(Filters rule, List<WeightedTarget> targets) {
            return rule.credential()
                    .map(credential -> targets.stream()
                            .map(each -> new WeightedTarget(
                                    each.target().injecting(credential), each.weight(), each.filters()))
                            .toList())
                    .orElse(targets);
        }

        void stream(TlsRoute.Rule rule, String transport) {
            int index = rules.size();
            String path = "spec.rules[" + index + "]";
            rules.add(new Rule.Stream(
                    index,
                    rule.name(),
                    together(
                            byRequest(
                                    targets(rule.backends(), path, index, false, transport), Filters.NONE, false, path),
                            false,
                            path,
                            index)));
        }

        private List<WeightedTarget> targets(
                List<BackendReference> references, String path, int rule, boolean grpc, String transport) {
            List<WeightedTarget> targets = new ArrayList<>();
            for (int i = 0; i < references.size(); i++) {
                BackendReference reference = references.get(i);
                Target target = backend(reference, grpc, transport);
                String at = path + ".backendRefs[" + i + "]";
                if (target instanceof Target.Unresolved unresolved) {
                    problems.add(new Problem(unresolved.reason(), at + ": " + unresolved.message()));
                }
                Filters filters = filters(reference.filters(), at + ".filters", rule);
                targets.add(new WeightedTarget(
                        filters.credential().map(target::injecting).orElse(target), reference.weight(), filters));
            }
            return targets;
        }

        /**
         * The backends of a rule. If a backend of type DynamicResolver cannot be combined with the rule's other
         * settings, all backends become unresolved.
         */
        private List<WeightedTarget> byRequest(
                List<WeightedTarget> targets, Filters filters, boolean session, String path) {
            Optional<WeightedTarget> named = targets.stream()
                    .filter(each -> each.target() instanceof Target.Found found
                            && found.cluster().resolved().isPresent())
                    .findFirst();
            Optional<Problem> problem = named.flatMap(each -> targets.size() > 1
                    ? Optional.of(new Problem(
                            "InvalidBackendRef",
                            path + ".backendRefs: a Backend of type DynamicResolver is beside others (expected: as the"
                                    + " only one of its rule)."))
                    : Stream.of(filters, each.filters())
                                    .flatMap(list -> list.extendedRewrite().stream())
                                    .flatMap(rewrite -> rewrite.hostname().stream())
                                    .anyMatch(HttpRouteFilter.HostRewrite.OfPath.class::isInstance)
                            ? Optional.of(new Problem(
                                    "UnsupportedValue",
                                    path
                                            + ".filters: urlRewrite.hostname.type: PathRegex has a path choose the host of a"
                                            + " Backend of type DynamicResolver (expected: Header or Backend)."))
                            : session
                                    ? Optional.of(new Problem(
                                            "UnsupportedValue",
                                            path
                                                    + ".sessionPersistence: a Backend of type DynamicResolver has no endpoint"
                                                    + " to keep a session with (expected: none)."))
                                    : Optional.empty());
            problem.ifPresent(problems::add);
            return problem.map(each -> targets.stream()
                            .map(target -> new WeightedTarget(
                                    new Target.Unresolved(target.target().reference(), each.reason(), each.message()),
                                    target.weight(),
                                    target.filters()))
                            .toList())
                    .orElse(targets);
        }

        /** Makes one cluster of a rule's backends if the rule has session persistence or a stand-by backend. */
        private List<WeightedTarget> together(List<WeightedTarget> targets, boolean session, String path, int rule) {
            TargetGroup group = TargetGroup.of(targets);
            if (group.members().size() < 2 || !(session || group.standBy())) {
                return targets;
            }
            Optional<String> obstacle = group.obstacle();
            if (obstacle.isPresent()) {
                invalid.add(new InvalidRule(
                        rule,
                        "UnsupportedValue",
                        path + ": its backends cannot " + (session ? "keep sessions" : "stand by for each other")
                                + ", since they " + obstacle.get() + "."));
                return targets;
            }
            return group.together();
        }

        private Target backend(BackendReference reference, boolean grpc, String transport) {
            backends.add(reference.ref(ref.namespace()));
            return world.backend(ref, reference, grpc, transport);
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
            Optional<HttpRouteFilter.UrlRewrite> extended = Optional.empty();
            Optional<InjectedCredential> credential = Optional.empty();
            boolean cookies = false;
            Optional<Security.Authorizer> auth = Optional.empty();
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
                        switch (backend(f.backend(), ref.kind().equals("GRPCRoute"), "TCP")
                                .withEndpoints("mirrors")) {
                            case Target.Found found ->
                                mirrors.add(new Mirror(found.cluster(), f.numerator(), f.denominator()));
                            case Target.Unresolved unresolved ->
                                problems.add(new Problem(
                                        unresolved.reason(),
                                        at + ".requestMirror.backendRef: " + unresolved.message()));
                        }
                    }
                    case RouteFilter.ExternalAuth f -> {
                        if (at.contains(".backendRefs[")) {
                            invalid.add(new InvalidRule(
                                    rule,
                                    "UnsupportedValue",
                                    at + ": ExternalAuth cannot be for a backend alone (expected: in the filters of the"
                                            + " rule)."));
                        }
                        auth = authorizer(f, at, rule);
                    }
                    case RouteFilter.ExtensionRef f -> {
                        Optional<HttpRouteFilter> extension = extension(f, at, rule);
                        if (extension.isPresent()) {
                            if (extended.isPresent()
                                    && extension.get().urlRewrite().isPresent()) {
                                invalid.add(twoRewrites(rule, at + ".extensionRef", "the URL"));
                            }
                            direct = extension
                                    .get()
                                    .directResponse()
                                    .map(answer -> withBody(f, answer, at, rule))
                                    .or(orElse(direct));
                            extended = extension.get().urlRewrite().or(orElse(extended));
                            credential = extension
                                    .get()
                                    .credential()
                                    .flatMap(each -> credential(f, each, at, rule))
                                    .or(orElse(credential));
                            if (!extension.get().matches().isEmpty()) {
                                matches(extension.get(), at, rule, cookies);
                                cookies = true;
                            }
                        }
                    }
                }
            }
            if (extended.flatMap(HttpRouteFilter.UrlRewrite::path).isPresent()
                    && rewrite.flatMap(RouteFilter.UrlRewrite::path).isPresent()) {
                invalid.add(twoRewrites(rule, path, "the path"));
            }
            if (extended.flatMap(HttpRouteFilter.UrlRewrite::hostname).isPresent()
                    && rewrite.flatMap(RouteFilter.UrlRewrite::hostname).isPresent()) {
                invalid.add(twoRewrites(rule, path, "the hostname"));
            }
            return filters.isEmpty()
                    ? result
                    : new Filters(
                            request,
                            response,
                            credential
                                    .map(each -> mirrors.stream()
                                            .map(mirror -> mirror.injecting(each))
                                            .toList())
                                    .orElse(mirrors),
                            redirect,
                            rewrite,
                            cors,
                            direct,
                            extended,
                            credential,
                            auth);
        }

        /** The authorization server of a filter. If the server cannot be resolved, the rule is closed. */
        private Optional<Security.Authorizer> authorizer(RouteFilter.ExternalAuth filter, String at, int rule) {
            ExtAuth spec = ExtAuth.of(filter.server());
            BackendReference reference = filter.server().backend();
            return switch (backend(reference, spec.service() instanceof ExtAuth.Service.Grpc, "TCP")
                    .withEndpoints("ExternalAuth")) {
                case Target.Found found ->
                    Optional.of(new Security.Authorizer(
                            spec,
                            found.cluster(),
                            reference.key(ref.namespace()).name() + "."
                                    + reference.key(ref.namespace()).namespace()
                                    + reference.port().map(port -> ":" + port).orElse(""),
                            new TreeMap<>(),
                            false,
                            true));
                case Target.Unresolved unresolved -> {
                    String message = at + ".externalAuth.backendRef: " + unresolved.message();
                    problems.add(new Problem(unresolved.reason(), message));
                    invalid.add(new InvalidRule(rule, "UnsupportedValue", message));
                    yield Optional.empty();
                }
            };
        }

        private Optional<InjectedCredential> credential(
                RouteFilter.ExtensionRef f, CredentialInjection injection, String at, int rule) {
            ObjectKey filter = f.reference().key(ref.namespace());
            Optional<String> problem = world.credentialProblem(filter, injection.secret())
                    .or(() -> HeaderText.problemWithChange(injection.header()));
            problem.ifPresent(each -> invalid.add(new InvalidRule(
                    rule,
                    "UnsupportedValue",
                    at + ".extensionRef: HTTPRouteFilter " + filter + ", spec.credentialInjection: " + each + ".")));
            return problem.isPresent()
                    ? Optional.empty()
                    : Optional.of(new InjectedCredential(
                            injection.secret().key(filter.namespace()), injection.header(), injection.overwrite()));
        }

        /**
         * Checks conditions of an HTTPRouteFilter. Only one filter of a rule may have them, since it would be unclear
         * how several lists combine.
         */
        private void matches(HttpRouteFilter filter, String at, int rule, boolean second) {
            if (at.contains(".backendRefs[")) {
                invalid.add(new InvalidRule(
                        rule,
                        "UnsupportedValue",
                        at + ".extensionRef: the HTTPRouteFilter has matches, which a backend cannot have"
                                + " (expected: in the filters of the rule)."));
            }
            if (second) {
                invalid.add(new InvalidRule(
                        rule,
                        "UnsupportedValue",
                        at + ".extensionRef: is the second HTTPRouteFilter of the rule that has matches"
                                + " (expected: one)."));
            }
        }

        private static InvalidRule twoRewrites(int rule, String at, String what) {
            return new InvalidRule(
                    rule,
                    "UnsupportedValue",
                    at + ": rewrites " + what + " a second time (expected: one rewrite of " + what + ").");
        }

        /** A copy of the response with the body from its ConfigMap. */
        private HttpRouteFilter.DirectResponse withBody(
                RouteFilter.ExtensionRef f, HttpRouteFilter.DirectResponse response, String at, int rule) {
            if (!(response.body().orElse(null) instanceof HttpRouteFilter.Body.InConfigMap map)) {
                return response;
            }
            ObjectKey filter = f.reference().key(ref.namespace());
            ObjectKey key = new ObjectKey(filter.namespace(), map.name());
            Optional<String> body = world.configMap(key).flatMap(ConfigMap::responseBody);
            if (body.isEmpty()) {
                invalid.add(new InvalidRule(
                        rule,
                        "UnsupportedValue",
                        at + ".extensionRef: HTTPRouteFilter " + filter
                                + ", spec.directResponse.body.valueRef: ConfigMap " + key
                                + " is not there, or is empty (expected: a key \"response.body\", or any other)."));
            }
            return response.with(body.orElse(""));
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

        /** The extension server changes the rule after the translation. Without the server's object the rule is closed. */
        private void ofServer(ExtensionReference object, String at, int rule) {
            if (at.contains(".backendRefs[")) {
                invalid.add(new InvalidRule(
                        rule,
                        "UnsupportedValue",
                        at + ": " + object.kind() + " cannot be for a backend alone (expected: in the filters of the"
                                + " rule)."));
            } else if (!world.extension(object)) {
                String message = at + ".extensionRef: " + object.kind() + " " + object.key() + " is not there.";
                problems.add(new Problem("BackendNotFound", message));
                invalid.add(new InvalidRule(rule, "UnsupportedValue", message));
            }
        }

        private Optional<HttpRouteFilter> extension(RouteFilter.ExtensionRef f, String at, int rule) {
            ObjectKey key = f.reference().key(ref.namespace());
            if (world.isExtension(f.reference().group(), f.reference().kind())) {
                ofServer(
                        new ExtensionReference(
                                f.reference().group(), f.reference().kind(), key),
                        at,
                        rule);
                return Optional.empty();
            }
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
            } else if (ref.kind().equals("GRPCRoute")
                    && filter.get()
                            .directResponse()
                            .filter(response -> response.statusCode() < 300)
                            .isPresent()) {
                invalid.add(new InvalidRule(
                        rule,
                        "UnsupportedValue",
                        at + ".extensionRef: HTTPRouteFilter " + key + ", spec.directResponse.statusCode: "
                                + filter.get().directResponse().get().statusCode()
                                + " would be an OK without a message to a gRPC client (expected: 300 to 599)."));
            } else if (filter.get().urlRewrite().isPresent()) {
                HttpRouteFilter.UrlRewrite rewrite = filter.get().urlRewrite().get();
                String place = at + ".extensionRef: HTTPRouteFilter " + key + ", spec.urlRewrite.";
                rewrite.path().ifPresent(each -> expression(each, place + "path.replaceRegexMatch.", rule));
                if (rewrite.hostname().orElse(null) instanceof HttpRouteFilter.HostRewrite.OfPath ofPath) {
                    expression(ofPath.rewrite(), place + "hostname.pathRegex.", rule);
                }
            }
            return filter;
        }

        private void expression(HttpRouteFilter.RegexRewrite rewrite, String place, int rule) {
            Expressions.problem(rewrite.pattern())
                    .map(problem -> "pattern: " + problem)
                    .or(() -> Expressions.problemWithSubstitution(rewrite.pattern(), rewrite.substitution())
                            .map(problem -> "substitution: " + problem))
                    .ifPresent(
                            problem -> invalid.add(new InvalidRule(rule, "UnsupportedValue", place + problem + ".")));
        }

        /** A request that is answered without a backend cannot be mirrored, since Envoy copies requests on their way to a backend. */
        private void incompatible(List<RouteFilter> filters, List<BackendReference> backends, String path, int rule) {
            List<List<RouteFilter>> together = new ArrayList<>();
            together.add(filters);
            backends.forEach(backend -> together.add(
                    Stream.concat(filters.stream(), backend.filters().stream()).toList()));
            for (List<RouteFilter> each : together) {
                Optional<String> answers =
                        each.stream().flatMap(filter -> answer(filter).stream()).findFirst();
                if (answers.isPresent() && each.stream().anyMatch(RouteFilter.RequestMirror.class::isInstance)) {
                    invalid.add(new InvalidRule(
                            rule,
                            "IncompatibleFilters",
                            path + ".filters: RequestMirror beside " + answers.get()
                                    + " (expected: one of them in a rule)."));
                    return;
                }
            }
        }

        private Optional<String> answer(RouteFilter filter) {
            return switch (filter) {
                case RouteFilter.RequestRedirect _ -> Optional.of("RequestRedirect");
                case RouteFilter.ExtensionRef extension ->
                    world.filter(extension.reference().key(ref.namespace()))
                            .flatMap(found -> found.spec().directResponse())
                            .map(_ -> "a direct response");
                default -> Optional.empty();
            };
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
                check(rule, at + ".cookies", match.cookies());
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
