package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Optional;

/**
 * Selects the requests of a limit. All parts must match.
 *
 * @param methods the request must have one of these methods
 */
public record RequestSelector(
        List<ValueSelector> headers,
        List<MethodSelector> methods,
        Optional<PathSelector> path,
        Optional<SourceSelector> source,
        List<ValueSelector> queryParams) {
    public RequestSelector {
        headers = List.copyOf(headers);
        methods = List.copyOf(methods);
        queryParams = List.copyOf(queryParams);
    }

    /** How a value takes part. */
    public enum MatchType {
        Exact,
        RegularExpression,
        /** Each value has a count of its own. */
        Distinct
    }

    /**
     * A header or a query parameter.
     *
     * @param value empty for {@code Distinct}
     */
    public record ValueSelector(MatchType type, String name, Optional<String> value, boolean invert) {
        private static ValueSelector read(Fields f, Syntax syntax) {
            ValueSelector selector = new ValueSelector(
                    f.choice("type", MatchType.class).orElse(MatchType.Exact),
                    f.requiredString("name", syntax),
                    f.string("value"),
                    f.bool("invert").orElse(false));
            boolean distinct = selector.type == MatchType.Distinct;
            if (distinct && (selector.value.isPresent() || selector.invert)) {
                f.wrong("value and invert do not go with type Distinct (expected: neither)");
            }
            if (!distinct && selector.value.isEmpty()) {
                f.wrong("value", "is missing (expected: a value for type " + selector.type + ")");
            }
            return selector;
        }
    }

    /** A method. */
    public record MethodSelector(String value, boolean invert) {
        private static MethodSelector read(Fields f) {
            return new MethodSelector(
                    f.requiredString("value", Syntax.of("[A-Z]+", 16, "a method, in capitals")),
                    f.bool("invert").orElse(false));
        }
    }

    /** How a path is compared. */
    public enum PathType {
        Exact,
        PathPrefix,
        RegularExpression
    }

    /** A path, with its query. */
    public record PathSelector(PathType type, String value, boolean invert) {
        private static PathSelector read(Fields f) {
            return new PathSelector(
                    f.choice("type", PathType.class).orElse(PathType.PathPrefix),
                    f.string("value").orElse("/"),
                    f.bool("invert").orElse(false));
        }
    }

    /** Addresses of clients; {@code distinct}: each has a count of its own. */
    public record SourceSelector(boolean distinct, String address, int prefix, boolean invert) {
        private enum Type {
            Exact,
            Distinct
        }

        private static final Syntax CIDR =
                Syntax.of("[0-9a-fA-F:.]{2,45}/[0-9]{1,3}", 256, "an address range, such as 10.0.0.0/8");

        /** The range as it was written. */
        public String cidr() {
            return address + "/" + prefix;
        }

        private static SourceSelector read(Fields f) {
            Type type = f.choice("type", Type.class).orElse(Type.Exact);
            boolean invert = f.bool("invert").orElse(false);
            String value = f.requiredString("value", CIDR);
            int slash = value.indexOf('/');
            String address = slash < 0 ? "0.0.0.0" : value.substring(0, slash);
            int most = address.indexOf(':') < 0 ? 32 : 128;
            int prefix = slash < 0 || !value.substring(slash + 1).matches("[0-9]{1,3}")
                    ? 0
                    : Integer.parseInt(value.substring(slash + 1));
            if (prefix > most) {
                f.wrong("value", "\"" + value + "\" has a prefix of " + prefix + " (expected: at most " + most + ")");
            }
            return new SourceSelector(type == Type.Distinct, address, Math.min(prefix, most), invert);
        }
    }

    /** The number of entries that the selector adds to a descriptor. */
    int conditions() {
        return headers.size()
                + (methods.isEmpty() ? 0 : 1)
                + (path.isPresent() ? 1 : 0)
                + source.map(each -> each.distinct() ? 2 : 1).orElse(0)
                + queryParams.size();
    }

    static RequestSelector read(Fields f) {
        RequestSelector selector = new RequestSelector(
                f.list("headers", 0, 128, x -> ValueSelector.read(x, Syntax.HEADER_NAME)),
                f.list("methods", MethodSelector::read),
                f.object("path", PathSelector::read),
                f.object("sourceCIDR", SourceSelector::read),
                f.list("queryParams", 0, 16, x -> ValueSelector.read(x, Syntax.of("(?s).+", 256, "a name"))));
        if (selector.headers.isEmpty()
                && selector.methods.isEmpty()
                && selector.path.isEmpty()
                && selector.source.isEmpty()
                && selector.queryParams.isEmpty()) {
            f.wrong("selects nothing (expected: headers, methods, path, sourceCIDR or queryParams)");
        }
        return selector;
    }
}
