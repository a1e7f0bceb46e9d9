package dev.gatehouse.controller.envoy.filter;

import com.github.xds.core.v3.TypedExtensionConfig;
import com.github.xds.type.matcher.v3.CelMatcher;
import com.github.xds.type.matcher.v3.HttpAttributesCelMatchInput;
import com.github.xds.type.matcher.v3.Matcher;
import com.github.xds.type.matcher.v3.Matcher.MatcherList.Predicate;
import com.github.xds.type.matcher.v3.RegexMatcher;
import com.github.xds.type.matcher.v3.StringMatcher;
import com.github.xds.type.v3.CelExpression;
import com.google.protobuf.Message;
import dev.gatehouse.controller.check.CelText;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.security.Authorization;
import dev.gatehouse.gatewayapi.security.Cidr;
import dev.gatehouse.gatewayapi.security.GeoLocation;
import io.envoyproxy.envoy.config.core.v3.CidrRange;
import io.envoyproxy.envoy.config.rbac.v3.Action;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.DynamicMetadataInput;
import io.envoyproxy.envoy.extensions.matching.common_inputs.network.v3.SourceIPInput;
import io.envoyproxy.envoy.extensions.matching.input_matchers.ip.v3.Ip;
import io.envoyproxy.envoy.extensions.matching.input_matchers.metadata.v3.Metadata;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import io.envoyproxy.envoy.type.matcher.v3.ListMatcher;
import io.envoyproxy.envoy.type.matcher.v3.ValueMatcher;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** Enforces authorization rules by Envoy's {@code rbac} filters: the HTTP filter for requests, and the network filter for connections. */
public final class AuthorizationFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.rbac";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return List.of(chain.forPolicies(NAME, RBAC.getDefaultInstance()));
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return route.policies()
                .security()
                .flatMap(security -> security.authorization()
                        .<Map<String, Message>>map(authorization -> Map.of(
                                NAME, requests(authorization, security.policy(), security.access(), route.name()))))
                .orElse(Map.of());
    }

    /**
     * In a dry run the rules are shadow rules: Envoy counts their outcomes and does not enforce them.
     *
     * @param route the name of the route's rule in metrics
     */
    private static RBACPerRoute requests(
            Authorization authorization, ObjectKey policy, Security.Access access, String route) {
        List<Rule> rules = new ArrayList<>();
        for (Authorization.Rule rule : authorization.rules()) {
            rules.add(new Rule(name(rule, policy, rules.size()), rule.action(), request(rule, access)));
        }
        if (access.dryRun()) {
            String trial = trial(policy, route);
            return RBACPerRoute.newBuilder()
                    .setRbac(RBAC.newBuilder()
                            .setShadowMatcher(matcher(rules, authorization.allowOthers(), _ -> trial))
                            .setTrackPerRuleStats(true))
                    .build();
        }
        return RBACPerRoute.newBuilder()
                .setRbac(RBAC.newBuilder().setMatcher(matcher(rules, authorization.allowOthers())))
                .build();
    }

    /**
     * The name under which Envoy counts the outcomes of a dry run, in {@code http.*.rbac.policy.NAME.shadow_denied}. It
     * consists of the policy and the route, since a name for each authorization rule would make a time series for each.
     * Envoy uses the name up to its first dot as the label {@code envoy_rbac_policy_name}.
     */
    private static String trial(ObjectKey policy, String route) {
        return (policy + " " + route).replace('.', '_');
    }

    /**
     * The filter for connections whose requests Envoy cannot read. Only the address part of a rule can be evaluated
     * there: an Allow rule with other conditions allows nothing, and a Deny rule refuses by the address alone.
     *
     * @param dryRun whether the rules are shadow rules
     */
    public static io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC onConnections(
            Authorization authorization, ObjectKey policy, boolean dryRun, String statPrefix) {
        List<Rule> rules = new ArrayList<>();
        for (Authorization.Rule rule : authorization.rules()) {
            boolean decided = rule.cel().isEmpty()
                    && rule.operation().isEmpty()
                    && rule.principal()
                            .map(Authorization.Principal::byAddressOnly)
                            .orElse(true);
            if (decided || rule.action() == Authorization.Action.Deny) {
                List<Predicate> parts = new ArrayList<>();
                rule.principal()
                        .map(Authorization.Principal::clientCidrs)
                        .filter(cidrs -> !cidrs.isEmpty())
                        .ifPresent(cidrs -> parts.add(address(cidrs)));
                rules.add(new Rule(
                        name(rule, policy, rules.size()),
                        rule.action(),
                        parts.isEmpty() ? anyAddress() : allOf(parts)));
            }
        }
        io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.Builder filter = io.envoyproxy
                .envoy
                .extensions
                .filters
                .network
                .rbac
                .v3
                .RBAC
                .newBuilder()
                .setStatPrefix(statPrefix);
        Matcher matcher = matcher(rules, authorization.allowOthers());
        return (dryRun ? filter.setShadowMatcher(matcher) : filter.setMatcher(matcher)).build();
    }

    private record Rule(String name, Authorization.Action action, Predicate predicate) {}

    private static String name(Authorization.Rule rule, ObjectKey policy, int index) {
        return rule.name().orElse("securitypolicy/" + policy + "/authorization/rule/" + index);
    }

    private static Matcher matcher(List<Rule> rules, boolean allowOthers) {
        return matcher(rules, allowOthers, Authorization.Action::name);
    }

    /** @param counted gives the name under which Envoy counts and logs an action */
    private static Matcher matcher(
            List<Rule> rules, boolean allowOthers, Function<Authorization.Action, String> counted) {
        Authorization.Action others = allowOthers ? Authorization.Action.Allow : Authorization.Action.Deny;
        Matcher.Builder matcher = Matcher.newBuilder().setOnNoMatch(decision("default", others, counted.apply(others)));
        rules.forEach(rule -> matcher.getMatcherListBuilder()
                .addMatchers(Matcher.MatcherList.FieldMatcher.newBuilder()
                        .setPredicate(rule.predicate())
                        .setOnMatch(decision(rule.name(), rule.action(), counted.apply(rule.action())))));
        return matcher.build();
    }

    private static Matcher.OnMatch decision(String name, Authorization.Action action, String counted) {
        Action decided = Action.newBuilder()
                .setName(counted)
                .setAction(
                        switch (action) {
                            case Allow -> io.envoyproxy.envoy.config.rbac.v3.RBAC.Action.ALLOW;
                            case Deny -> io.envoyproxy.envoy.config.rbac.v3.RBAC.Action.DENY;
                        })
                .build();
        return Matcher.OnMatch.newBuilder().setAction(extension(name, decided)).build();
    }

    /** The predicate of a complete rule for a request. */
    private static Predicate request(Authorization.Rule rule, Security.Access access) {
        List<Predicate> parts = new ArrayList<>();
        rule.operation().ifPresent(operation -> {
            if (!operation.methods().isEmpty()) {
                parts.add(anyOf(operation.methods().stream()
                        .map(method -> header(":method", exactly(method).setIgnoreCase(true)))));
            }
            operation.path().ifPresent(path -> parts.add(path(path)));
        });
        rule.principal().ifPresent(principal -> {
            if (!principal.clientCidrs().isEmpty()) {
                parts.add(address(principal.clientCidrs()));
            }
            principal.jwt().ifPresent(jwt -> parts.addAll(token(jwt, access)));
            if (!principal.geoLocations().isEmpty()) {
                parts.add(anyOf(principal.geoLocations().stream().map(AuthorizationFilter::location)));
            }
            principal
                    .headers()
                    .forEach(each ->
                            parts.add(anyOf(each.values().stream().map(value -> header(each.name(), exactly(value))))));
        });
        rule.cel().ifPresent(expression -> parts.add(expression(expression)));
        return allOf(parts);
    }

    /** The path ends before the query or fragment. Path parameters (RFC 3986, 3.3) are ignored. */
    private static Predicate path(Authorization.Path path) {
        Predicate predicate = switch (path.type()) {
            case Exact ->
                anyOf(Stream.concat(
                        Stream.of(pathValue(exactly(path.value()))), beginnings(path.value(), "?", "#", ";")));
            case PathPrefix -> {
                String prefix = path.value().endsWith("/")
                        ? path.value().substring(0, path.value().length() - 1)
                        : path.value();
                yield prefix.isEmpty()
                        ? pathValue(StringMatcher.newBuilder().setPrefix("/"))
                        : anyOf(Stream.concat(
                                Stream.of(pathValue(exactly(prefix))), beginnings(prefix, "/", "?", "#", ";")));
            }
            case RegularExpression ->
                pathValue(StringMatcher.newBuilder()
                        .setSafeRegex(RegexMatcher.newBuilder()
                                .setGoogleRe2(RegexMatcher.GoogleRE2.getDefaultInstance())
                                .setRegex(pathExpression(path.value()))));
        };
        return path.invert() ? Predicate.newBuilder().setNotMatcher(predicate).build() : predicate;
    }

    /** Adapts an expression for paths to Envoy's path, which includes the query. */
    static String pathExpression(String expression) {
        return "(?:" + expression + ")(?:\\?.*)?";
    }

    private static Stream<Predicate> beginnings(String path, String... ends) {
        return Arrays.stream(ends)
                .map(end -> pathValue(StringMatcher.newBuilder().setPrefix(path + end)));
    }

    private static Predicate pathValue(StringMatcher.Builder value) {
        return header(":path", value);
    }

    private static StringMatcher.Builder exactly(String value) {
        return StringMatcher.newBuilder().setExact(value);
    }

    private static Predicate header(String name, StringMatcher.Builder value) {
        return Predicate.newBuilder()
                .setSinglePredicate(Predicate.SinglePredicate.newBuilder()
                        .setInput(extension(
                                "header",
                                HttpRequestHeaderMatchInput.newBuilder()
                                        .setHeaderName(name)
                                        .build()))
                        .setValueMatch(value))
                .build();
    }

    private static Predicate address(List<Cidr> cidrs) {
        Ip.Builder ranges = Ip.newBuilder().setStatPrefix("client_ip");
        cidrs.forEach(cidr -> ranges.addCidrRanges(CidrRange.newBuilder()
                .setAddressPrefix(cidr.address())
                .setPrefixLen(Protos.uint32(cidr.prefixLength()))));
        return custom("client_ip", SourceIPInput.getDefaultInstance(), ranges.build());
    }

    /** A location that no database knows for an address does not match. */
    private static Predicate location(GeoLocation location) {
        List<Predicate> parts = new ArrayList<>();
        location.texts()
                .forEach((field, text) ->
                        parts.add(header(GeoFilter.header(field), exactly(text).setIgnoreCase(true))));
        location.flags().forEach((field, flag) -> {
            Predicate so = header(GeoFilter.header(field), exactly("true"));
            parts.add(flag ? so : Predicate.newBuilder().setNotMatcher(so).build());
        });
        return allOf(parts);
    }

    private static Predicate anyAddress() {
        return address(List.of(new Cidr("0.0.0.0", 0), new Cidr("::", 0)));
    }

    private static List<Predicate> token(Authorization.JwtPrincipal jwt, Security.Access access) {
        List<Predicate> parts = new ArrayList<>();
        boolean opaque = access.providers().contains(jwt.provider());
        String filter = opaque ? AccessFilter.NAME : JwtFilter.NAME;
        List<String> owner = opaque ? List.of(AccessFilter.TOKENS, jwt.provider()) : List.of(jwt.provider());
        for (String scope : jwt.scopes()) {
            // Both the claim scope and the claim scp are lists here, whichever filter verified the token.
            parts.add(anyOf(Stream.of("scope", "scp")
                    .map(claim -> metadata(
                            filter,
                            Stream.concat(owner.stream(), Stream.of(claim)).toList(),
                            oneOf(text(scope))))));
        }
        for (Authorization.Claim claim : jwt.claims()) {
            List<String> path = new ArrayList<>(owner);
            path.addAll(Arrays.asList(claim.name().split("\\.")));
            parts.add(anyOf(claim.values().stream()
                    .map(value -> metadata(
                            filter,
                            path,
                            switch (claim.type()) {
                                case String -> text(value);
                                case StringArray -> oneOf(text(value));
                            }))));
        }
        return parts;
    }

    private static ValueMatcher text(String value) {
        return ValueMatcher.newBuilder()
                .setStringMatch(io.envoyproxy.envoy.type.matcher.v3.StringMatcher.newBuilder()
                        .setExact(value))
                .build();
    }

    private static ValueMatcher oneOf(ValueMatcher value) {
        return ValueMatcher.newBuilder()
                .setListMatch(ListMatcher.newBuilder().setOneOf(value))
                .build();
    }

    private static Predicate metadata(String filter, List<String> path, ValueMatcher value) {
        DynamicMetadataInput.Builder input = DynamicMetadataInput.newBuilder().setFilter(filter);
        path.forEach(key ->
                input.addPath(DynamicMetadataInput.PathSegment.newBuilder().setKey(key)));
        return custom(
                "claim", input.build(), Metadata.newBuilder().setValue(value).build());
    }

    private static Predicate expression(String expression) {
        return custom(
                "cel",
                HttpAttributesCelMatchInput.getDefaultInstance(),
                CelMatcher.newBuilder()
                        .setExprMatch(CelExpression.newBuilder().setCelExprParsed(CelText.parsed(expression)))
                        .build());
    }

    private static Predicate custom(String name, Message input, Message matcher) {
        return Predicate.newBuilder()
                .setSinglePredicate(Predicate.SinglePredicate.newBuilder()
                        .setInput(extension(name, input))
                        .setCustomMatch(extension(name, matcher)))
                .build();
    }

    private static Predicate allOf(List<Predicate> parts) {
        return parts.size() == 1
                ? parts.getFirst()
                : Predicate.newBuilder()
                        .setAndMatcher(Predicate.PredicateList.newBuilder().addAllPredicate(parts))
                        .build();
    }

    private static Predicate anyOf(Stream<Predicate> parts) {
        List<Predicate> all = parts.toList();
        return all.size() == 1
                ? all.getFirst()
                : Predicate.newBuilder()
                        .setOrMatcher(Predicate.PredicateList.newBuilder().addAllPredicate(all))
                        .build();
    }

    private static TypedExtensionConfig extension(String name, Message message) {
        return TypedExtensionConfig.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.any(message))
                .build();
    }
}
