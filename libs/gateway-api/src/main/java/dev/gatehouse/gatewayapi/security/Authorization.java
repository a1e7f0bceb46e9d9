package dev.gatehouse.gatewayapi.security;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import dev.gatehouse.gatewayapi.yaml.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Who may do what. The first rule that matches a request decides.
 *
 * @param allowOthers whether requests that match no rule may pass
 */
public record Authorization(List<Rule> rules, boolean allowOthers) {
    public Authorization {
        rules = List.copyOf(rules);
    }

    /** The location fields of clients that the rules read. */
    public SortedSet<GeoLocation.Field> geoFields() {
        SortedSet<GeoLocation.Field> fields = new TreeSet<>();
        for (Rule rule : rules) {
            rule.principal().map(Principal::geoLocations).orElse(List.of()).forEach(location -> {
                fields.addAll(location.texts().keySet());
                fields.addAll(location.flags().keySet());
            });
        }
        return fields;
    }

    /** What becomes of a request. */
    public enum Action {
        Allow,
        Deny
    }

    /**
     * A rule: all of its parts must match.
     *
     * @param operation empty: any operation
     * @param principal empty: any client
     * @param cel an expression that must be true
     */
    public record Rule(
            Optional<String> name,
            Action action,
            Optional<Operation> operation,
            Optional<Principal> principal,
            Optional<String> cel) {
        static Rule read(Fields f) {
            Rule rule = new Rule(
                    f.string("name", Syntax.NOT_EMPTY),
                    f.requiredChoice("action", Action.class),
                    f.object("operation", Operation::read),
                    f.object("principal", Principal::read),
                    f.string(
                            "cel",
                            Syntax.of("(?s).{1,4096}", 4096, "an expression of CEL of at most 4096 characters")));
            if (rule.principal.isEmpty() && rule.cel.isEmpty()) {
                f.wrong("expected at least one of principal and cel");
            }
            return rule;
        }
    }

    /** The operation of a request: its method and path. */
    public record Operation(List<String> methods, Optional<Path> path) {
        public Operation {
            methods = List.copyOf(methods);
        }

        static Operation read(Fields f) {
            Operation operation = new Operation(f.strings("methods", Syntax.HEADER_NAME), f.object("path", Path::read));
            if (operation.methods.isEmpty() && operation.path.isEmpty()) {
                f.wrong("expected at least one of methods and path");
            }
            return operation;
        }
    }

    /** How a path is compared. */
    public enum PathType {
        Exact,
        PathPrefix,
        RegularExpression
    }

    /** @param invert true if every path except this one matches */
    public record Path(PathType type, String value, boolean invert) {
        static Path read(Fields f) {
            return new Path(
                    f.choice("type", PathType.class).orElse(PathType.PathPrefix),
                    f.string("value").orElse("/"),
                    f.bool("invert").orElse(false));
        }
    }

    /** Who sends a request: all of the parts that are there must match. */
    public record Principal(
            List<Cidr> clientCidrs, Optional<JwtPrincipal> jwt, List<Header> headers, List<GeoLocation> geoLocations) {
        public Principal {
            clientCidrs = List.copyOf(clientCidrs);
            headers = List.copyOf(headers);
            geoLocations = List.copyOf(geoLocations);
        }

        static Principal read(Fields f) {
            Principal principal = new Principal(
                    addresses(f),
                    f.object("jwt", JwtPrincipal::read),
                    f.list("headers", 0, 256, Header::read),
                    f.list("clientIPGeoLocations", GeoLocation::read));
            if (principal.equals(new Principal(List.of(), Optional.empty(), List.of(), List.of()))) {
                f.wrong("expected at least one of clientCIDRs, jwt, headers and clientIPGeoLocations");
            }
            return principal;
        }

        private static List<Cidr> addresses(Fields f) {
            List<Cidr> ranges = new ArrayList<>();
            List<String> texts = f.strings("clientCIDRs");
            for (int i = 0; i < texts.size(); i++) {
                Optional<Cidr> range = Cidr.parse(texts.get(i));
                range.ifPresent(ranges::add);
                if (range.isEmpty()) {
                    f.wrong(
                            "clientCIDRs[" + i + "]",
                            Wording.quote(texts.get(i)) + " is not a range of addresses (expected: for example"
                                    + " 10.0.0.0/8 or 2001:db8::/32)");
                }
            }
            return ranges;
        }

        /** True if a connection without requests can be judged by it. */
        public boolean byAddressOnly() {
            return jwt.isEmpty() && headers.isEmpty() && geoLocations.isEmpty();
        }
    }

    /** A header whose value must be one of {@code values}. */
    public record Header(String name, List<String> values) {
        public Header {
            values = List.copyOf(values);
        }

        static Header read(Fields f) {
            return new Header(f.requiredString("name", Syntax.HEADER_NAME), oneOrMore(f));
        }
    }

    /** Claims and scopes of a token that {@code provider} has verified: all of them must match. */
    public record JwtPrincipal(String provider, List<Claim> claims, List<String> scopes) {
        public JwtPrincipal {
            claims = List.copyOf(claims);
            scopes = List.copyOf(scopes);
        }

        static JwtPrincipal read(Fields f) {
            JwtPrincipal principal = new JwtPrincipal(
                    f.requiredString("provider", Syntax.NOT_EMPTY),
                    f.list("claims", Claim::read),
                    f.strings("scopes", Syntax.NOT_EMPTY));
            if (principal.claims.isEmpty() && principal.scopes.isEmpty()) {
                f.wrong("expected at least one of claims and scopes");
            }
            return principal;
        }
    }

    /** The type of a claim's value. */
    public enum ClaimType {
        String,
        StringArray
    }

    /**
     * A claim whose value, or for an array one of its items, must be one of {@code values}.
     *
     * @param name the claim's name, with dots for nested claims
     */
    public record Claim(String name, ClaimType type, List<String> values) {
        public Claim {
            values = List.copyOf(values);
        }

        static Claim read(Fields f) {
            return new Claim(
                    f.requiredString("name", Syntax.of("[^.]+(\\.[^.]+)*", 253, "names, joined by '.'")),
                    f.choice("valueType", ClaimType.class).orElse(ClaimType.String),
                    oneOrMore(f));
        }
    }

    private static List<String> oneOrMore(Fields f) {
        List<String> values = f.strings("values");
        if (values.isEmpty()) {
            f.wrong("values", "is empty (expected: at least one value)");
        }
        return values;
    }

    static Authorization read(Fields f) {
        return new Authorization(
                f.list("rules", Rule::read),
                f.choice("defaultAction", Action.class).orElse(Action.Deny) == Action.Allow);
    }
}
