package dev.gatehouse.controller.explain;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.gatehouse.gatewayapi.security.Authorization;
import dev.gatehouse.gatewayapi.security.Cidr;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The conditions of authorization rules, judged as Envoy's filter {@code rbac} judges them.
 *
 * @param tokens the claims that each provider has verified
 * @param open the providers whose session or token, unknown here, may bring claims
 * @param metadata the filters' metadata, for expressions
 * @param secretHeaders the headers whose values are not shown, in lower case
 */
record Conditions(
        Question question,
        Map<String, Struct> tokens,
        Set<String> open,
        Map<String, Object> metadata,
        Set<String> secretHeaders) {
    private static final String NONE = "none";

    List<Condition> of(Authorization.Rule rule) {
        List<Condition> conditions = new ArrayList<>();
        rule.operation().ifPresent(operation -> {
            if (!operation.methods().isEmpty()) {
                conditions.add(Condition.of(
                        "method",
                        String.join(" or ", operation.methods()),
                        question.method(),
                        operation.methods().stream().anyMatch(question.method()::equalsIgnoreCase)));
            }
            operation.path().ifPresent(path -> conditions.add(path(path)));
        });
        rule.principal().ifPresent(principal -> {
            principal.headers().forEach(header -> conditions.add(header(header)));
            if (!principal.clientCidrs().isEmpty()) {
                conditions.add(address(principal.clientCidrs()));
            }
            principal.jwt().ifPresent(jwt -> conditions.addAll(token(jwt)));
            if (!principal.geoLocations().isEmpty()) {
                conditions.add(
                        new Condition("the client", "in one of the places", "not known here", Condition.Holds.unknown));
            }
        });
        rule.cel().ifPresent(text -> conditions.add(Expression.judge(text, question, metadata)));
        return conditions;
    }

    private Condition path(Authorization.Path path) {
        return Condition.of(
                "path",
                (path.invert() ? "anything but " : "") + path.type().name().toLowerCase(Locale.ROOT) + " "
                        + path.value(),
                question.path(),
                matches(path) != path.invert());
    }

    private boolean matches(Authorization.Path path) {
        String asked = question.path();
        return switch (path.type()) {
            case Exact -> asked.equals(path.value()) || asked.startsWith(path.value() + ";");
            case PathPrefix -> {
                String prefix = path.value().endsWith("/")
                        ? path.value().substring(0, path.value().length() - 1)
                        : path.value();
                yield asked.equals(prefix) || Stream.of("/", ";").anyMatch(end -> asked.startsWith(prefix + end));
            }
            case RegularExpression -> {
                try {
                    yield Pattern.matches(path.value(), asked);
                } catch (PatternSyntaxException e) {
                    // The policy is invalid in this case and closed.
                    yield false;
                }
            }
        };
    }

    private Condition header(Authorization.Header header) {
        Optional<String> value = question.header(header.name());
        boolean secret = secretHeaders.contains(header.name().toLowerCase(Locale.ROOT));
        return Condition.of(
                "header " + header.name(),
                secret ? "a value of the rule (not shown)" : String.join(" or ", header.values()),
                value.map(text -> secret ? "another (not shown)" : text).orElse("not there"),
                value.filter(header.values()::contains).isPresent());
    }

    private Condition address(List<Cidr> ranges) {
        String expected = ranges.stream()
                .map(range -> range.address() + "/" + range.prefixLength())
                .collect(Collectors.joining(" or ", "in ", ""));
        String subject = "the client's address";
        if (question.source().isEmpty()) {
            return new Condition(subject, expected, "not known here", Condition.Holds.unknown);
        }
        InetAddress client = question.source().get();
        return Condition.of(
                subject,
                expected,
                client.getHostAddress(),
                ranges.stream().anyMatch(range -> contains(range, client.getAddress())));
    }

    private static boolean contains(Cidr range, byte[] address) {
        byte[] first = InetAddress.ofLiteral(range.address()).getAddress();
        if (first.length != address.length) {
            return false;
        }
        for (int bit = 0; bit < range.prefixLength(); bit++) {
            int mask = 0x80 >> bit % 8;
            if ((first[bit / 8] & mask) != (address[bit / 8] & mask)) {
                return false;
            }
        }
        return true;
    }

    private List<Condition> token(Authorization.JwtPrincipal jwt) {
        Optional<Struct> claims = Optional.ofNullable(tokens.get(jwt.provider()));
        List<Condition> conditions = new ArrayList<>();
        boolean unknown = open.contains(jwt.provider());
        String missing = unknown ? "not known here" : "no token of " + jwt.provider();
        for (String scope : jwt.scopes()) {
            conditions.add(claim(
                    "scope",
                    scope,
                    claims.map(each -> shown(list(each, "scope"), list(each, "scp")))
                            .orElse(missing),
                    unknown,
                    claims.map(each -> Stream.concat(list(each, "scope").stream(), list(each, "scp").stream())
                            .anyMatch(scope::equals))));
        }
        for (Authorization.Claim claim : jwt.claims()) {
            Optional<Value> value =
                    claims.flatMap(each -> at(each, List.of(claim.name().split("\\."))));
            conditions.add(claim(
                    "claim " + claim.name(),
                    (claim.type() == Authorization.ClaimType.StringArray ? "a list with " : "")
                            + String.join(" or ", claim.values()),
                    claims.isEmpty() ? missing : value.map(Conditions::shown).orElse("not there"),
                    unknown,
                    claims.map(_ -> value.filter(each -> matches(claim, each)).isPresent())));
        }
        return conditions;
    }

    private static Condition claim(
            String subject, String expected, String got, boolean unknown, Optional<Boolean> holds) {
        return holds.map(each -> Condition.of(subject, expected, got, each))
                .orElseGet(() ->
                        new Condition(subject, expected, got, unknown ? Condition.Holds.unknown : Condition.Holds.no));
    }

    private static boolean matches(Authorization.Claim claim, Value value) {
        return switch (claim.type()) {
            case String -> value.hasStringValue() && claim.values().contains(value.getStringValue());
            case StringArray ->
                value.getListValue().getValuesList().stream()
                        .anyMatch(
                                each -> each.hasStringValue() && claim.values().contains(each.getStringValue()));
        };
    }

    private static Optional<Value> at(Struct claims, List<String> path) {
        Optional<Value> value = Optional.ofNullable(claims.getFieldsMap().get(path.getFirst()));
        return path.size() == 1
                ? value
                : value.filter(Value::hasStructValue)
                        .flatMap(each -> at(each.getStructValue(), path.subList(1, path.size())));
    }

    private static List<String> list(Struct claims, String name) {
        return Optional.ofNullable(claims.getFieldsMap().get(name)).stream()
                .flatMap(value -> value.getListValue().getValuesList().stream())
                .filter(Value::hasStringValue)
                .map(Value::getStringValue)
                .toList();
    }

    private static String shown(List<String> scope, List<String> scp) {
        String all = Stream.concat(scope.stream(), scp.stream()).collect(Collectors.joining(", "));
        return all.isEmpty() ? NONE : all;
    }

    private static String shown(Value value) {
        return switch (value.getKindCase()) {
            case STRING_VALUE -> value.getStringValue();
            case NUMBER_VALUE -> "the number " + value.getNumberValue();
            case BOOL_VALUE -> "the boolean " + value.getBoolValue();
            case LIST_VALUE ->
                value.getListValue().getValuesList().stream()
                        .map(Conditions::shown)
                        .collect(Collectors.joining(", ", "the list ", ""));
            case STRUCT_VALUE -> "an object";
            case NULL_VALUE, KIND_NOT_SET -> "null";
        };
    }
}
