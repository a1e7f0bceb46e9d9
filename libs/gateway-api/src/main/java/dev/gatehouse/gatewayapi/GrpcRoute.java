package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Optional;

/** GRPCRoute. */
public record GrpcRoute(
        List<ParentReference> parents, boolean usesDefaultGateways, List<String> hostnames, List<Rule> rules)
        implements RouteSpec {
    public GrpcRoute {
        parents = List.copyOf(parents);
        hostnames = List.copyOf(hostnames);
        rules = List.copyOf(rules);
    }

    /** GRPCMethodMatch: a service, a method, or both. */
    public record MethodMatch(ValueMatch.Type type, Optional<String> service, Optional<String> method) {
        private static final Syntax SERVICE = Syntax.of(
                "(?i)\\.?[a-z_][a-z_0-9]*(\\.[a-z_][a-z_0-9]*)*", 1024, "a gRPC service: \"package.Service\"");
        private static final Syntax METHOD = Syntax.of("[A-Za-z_][A-Za-z_0-9]*", 1024, "a gRPC method name");

        static MethodMatch read(Fields f) {
            ValueMatch.Type type = f.choice("type", ValueMatch.Type.class).orElse(ValueMatch.Type.Exact);
            boolean exact = type == ValueMatch.Type.Exact;
            MethodMatch match = new MethodMatch(
                    type,
                    f.string("service", exact ? SERVICE : Syntax.NOT_EMPTY),
                    f.string("method", exact ? METHOD : Syntax.NOT_EMPTY));
            if (match.service.isEmpty() && match.method.isEmpty()) {
                f.wrong("has neither service nor method (expected: at least one)");
            }
            return match;
        }
    }

    /** GRPCRouteMatch. */
    public record Match(Optional<MethodMatch> method, List<ValueMatch> headers) {
        static final Match ANY = new Match(Optional.empty(), List.of());

        public Match {
            headers = List.copyOf(headers);
        }

        static Match read(Fields f) {
            return new Match(f.object("method", MethodMatch::read), f.list("headers", 0, 16, ValueMatch::read));
        }
    }

    /** GRPCRouteRule. */
    public record Rule(
            Optional<String> name,
            List<Match> matches,
            List<RouteFilter> filters,
            List<BackendReference> backends,
            Optional<SessionPersistence> sessionPersistence) {
        public Rule {
            matches = matches.isEmpty() ? List.of(Match.ANY) : List.copyOf(matches);
            filters = List.copyOf(filters);
            backends = List.copyOf(backends);
        }

        static Rule read(Fields f) {
            return new Rule(
                    f.string("name", Syntax.DNS_NAME),
                    f.list("matches", 0, 64, Match::read),
                    f.list("filters", 0, 16, RouteFilter::readGrpc),
                    f.list("backendRefs", 0, 16, BackendReference::readGrpc),
                    f.object("sessionPersistence", SessionPersistence::read));
        }
    }

    static GrpcRoute read(Fields f) {
        return new GrpcRoute(
                ParentReference.readAll(f),
                ParentReference.readDefaults(f),
                RouteHostnames.read(f),
                f.list("rules", 0, 16, Rule::read));
    }
}
