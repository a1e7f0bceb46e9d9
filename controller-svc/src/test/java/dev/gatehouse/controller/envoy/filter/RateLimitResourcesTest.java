package dev.gatehouse.controller.envoy.filter;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gatehouse.api.envoy.v1.RateLimitActionFields;
import dev.gatehouse.api.envoy.v1.RemoteAddressMatch;
import dev.gatehouse.api.ratelimit.v3.RateLimitDescriptor;
import dev.gatehouse.controller.envoy.filter.LimitActions.AddressKeys;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.policy.EffectivePolicies.Traffic;
import dev.gatehouse.controller.policy.RateLimitMerge.OwnedRule;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.traffic.RateLimits.Limit;
import dev.gatehouse.gatewayapi.traffic.RateLimits.Rule;
import dev.gatehouse.gatewayapi.traffic.RateLimits.Unit;
import dev.gatehouse.gatewayapi.traffic.RequestSelector;
import dev.gatehouse.gatewayapi.traffic.RequestSelector.MethodSelector;
import dev.gatehouse.gatewayapi.traffic.RequestSelector.PathSelector;
import dev.gatehouse.gatewayapi.traffic.RequestSelector.PathType;
import dev.gatehouse.gatewayapi.traffic.RequestSelector.SourceSelector;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import io.envoyproxy.envoy.config.route.v3.RateLimit.Action;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RateLimitResourcesTest {
    private static final ObjectKey OWN = new ObjectKey("shop", "own");
    private static final ObjectKey PARENT = new ObjectKey("infra", "parent");
    private static final RequestSelector EACH_CLIENT = from(new SourceSelector(true, "0.0.0.0", 0, false));
    private static final RequestSelector OFFICE = from(new SourceSelector(false, "10.0.0.0", 8, false));

    private static RequestSelector from(SourceSelector source) {
        return new RequestSelector(List.of(), List.of(), Optional.empty(), Optional.of(source), List.of());
    }

    private static RequestSelector of(PathType type, String path) {
        return new RequestSelector(
                List.of(), List.of(), Optional.of(new PathSelector(type, path, false)), Optional.empty(), List.of());
    }

    private static RequestSelector with(MethodSelector... methods) {
        return new RequestSelector(List.of(), List.of(methods), Optional.empty(), Optional.empty(), List.of());
    }

    private static Rule rule(int requests, boolean shared, RequestSelector... selectors) {
        return new Rule(
                List.of(selectors),
                new Limit(requests, Unit.Hour, Optional.empty()),
                Optional.empty(),
                Optional.empty(),
                shared,
                false,
                Optional.empty());
    }

    private static OwnedRule own(int index, int requests, RequestSelector... selectors) {
        return new OwnedRule(OWN, index, rule(requests, false, selectors));
    }

    private static OwnedRule parents(int index, int requests, RequestSelector... selectors) {
        return new OwnedRule(PARENT, index, rule(requests, false, selectors));
    }

    private static String entry(String key, String value) {
        return value.isEmpty() || value.equals(key) || value.startsWith("%") ? key : key + "=" + value;
    }

    /** Limits as "key=value key=value: requests". */
    private static List<String> limits(String before, List<RateLimitDescriptor> descriptors) {
        List<String> limits = new ArrayList<>();
        for (RateLimitDescriptor each : descriptors) {
            String at = (before + " " + entry(each.getKey(), each.getValue())).strip();
            if (each.hasRateLimit()) {
                limits.add(at + ": " + each.getRateLimit().getRequestsPerUnit());
            }
            limits.addAll(limits(at, each.getDescriptorsList()));
        }
        return limits;
    }

    private static List<String> limits(OwnedRule... rules) {
        ObjectRef gateway = new ObjectRef("Gateway", "infra", "gw");
        return limits(
                "",
                RateLimitResources.config(
                                new ListenerKey(gateway.key(), gateway, "http"),
                                new ObjectRef("HTTPRoute", "shop", "items"),
                                new TreeMap<>(Map.of("route", new Traffic(OWN, TrafficSettings.NONE, List.of(rules)))))
                        .getDescriptorsList());
    }

    /** The descriptors of a request that every rule selects. */
    private static List<String> sent(OwnedRule... rules) {
        return RateLimitResources.actions("route", List.of(rules), false).stream()
                .map(limit -> limit.getActionsList().stream()
                        .map(RateLimitResourcesTest::entry)
                        .collect(Collectors.joining(" ")))
                .toList();
    }

    private static String entry(Action action) {
        try {
            RemoteAddressMatch address =
                    RateLimitActionFields.parseFrom(action.toByteString()).getRemoteAddressMatch();
            return switch (action.getActionSpecifierCase()) {
                case GENERIC_KEY ->
                    entry(
                            action.getGenericKey().getDescriptorKey(),
                            action.getGenericKey().getDescriptorValue());
                case HEADER_VALUE_MATCH ->
                    entry(
                            action.getHeaderValueMatch().getDescriptorKey(),
                            action.getHeaderValueMatch().getDescriptorValue());
                default -> entry(address.getDescriptorKey(), address.getDescriptorValue());
            };
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<String> matchers(RequestSelector... selectors) {
        return LimitActions.entries(rule(1, false, selectors), 0, AddressKeys.COMMON).stream()
                .map(entry -> entry.action().getHeaderValueMatch())
                .map(match -> (match.getExpectMatch().getValue() ? "" : "not ")
                        + match.getHeaders(0).getStringMatch().getExact()
                        + match.getHeaders(0).getStringMatch().getSafeRegex().getRegex())
                .toList();
    }

    @Test
    void rulesThatSelectTheSameClientsHaveEachTheirCounter() {
        OwnedRule[] rules = {own(0, 3, EACH_CLIENT), own(1, 5, EACH_CLIENT), parents(0, 8, EACH_CLIENT)};
        assertThat(limits(rules))
                .containsExactlyInAnyOrder(
                        "route masked_remote_address=0.0.0.0/0 remote_address: 3",
                        "route rule-1-masked-remote-address=0.0.0.0/0 rule-1-remote-address: 5",
                        "route rule-2-masked-remote-address=0.0.0.0/0 rule-2-remote-address: 8");
        assertThat(sent(rules))
                .containsExactly(
                        "route masked_remote_address=0.0.0.0/0 remote_address",
                        "route rule-1-masked-remote-address=0.0.0.0/0 rule-1-remote-address",
                        "route rule-2-masked-remote-address=0.0.0.0/0 rule-2-remote-address");
    }

    @Test
    void rulesThatDifferHaveEnvoyGatewaysKeys() {
        OwnedRule[] rules = {
            own(0, 6, OFFICE),
            own(1, 2, from(new SourceSelector(true, "10.0.0.0", 8, false))),
            own(2, 4, from(new SourceSelector(false, "10.0.0.0", 8, true))),
            own(3, 7, OFFICE, of(PathType.Exact, "/login")),
            own(4, 9, OFFICE, of(PathType.Exact, "/login")),
            own(5, 100),
            own(6, 200)
        };
        assertThat(limits(rules))
                .containsExactlyInAnyOrder(
                        "route masked_remote_address=10.0.0.0/8: 6",
                        "route masked_remote_address=10.0.0.0/8 remote_address: 2",
                        "route masked_remote_address=invert:10.0.0.0/8: 4",
                        "route rule-3-path masked_remote_address=10.0.0.0/8: 7",
                        "route rule-4-path masked_remote_address=10.0.0.0/8: 9",
                        "route rule-5-match--1: 100",
                        "route rule-6-match--1: 200");
        assertThat(sent(rules)).doesNotHaveDuplicates().hasSameSizeAs(rules);
    }

    @Test
    void rulesThatAPolicyShareAreToldApartByTheirNames() {
        List<OwnedRule> rules = List.of(
                new OwnedRule(OWN, 0, rule(4, true, EACH_CLIENT)),
                new OwnedRule(OWN, 1, rule(6, true, EACH_CLIENT)),
                new OwnedRule(PARENT, 0, rule(8, true, EACH_CLIENT)));
        List<String> limits = RateLimitResources.sharedConfigs(rules).values().stream()
                .flatMap(config -> limits("", config.getDescriptorsList()).stream())
                .toList();
        assertThat(limits)
                .containsExactly(
                        "shop/own/rule/0 masked_remote_address=0.0.0.0/0 remote_address: 4",
                        "shop/own/rule/1 masked_remote_address=0.0.0.0/0 remote_address: 6",
                        "infra/parent/rule/0 masked_remote_address=0.0.0.0/0 remote_address: 8");
    }

    @Test
    void allSelectorsOfARuleHold() {
        RequestSelector login = of(PathType.Exact, "/login");
        RequestSelector branch = from(new SourceSelector(true, "10.1.0.0", 16, false));
        assertThat(limits(own(0, 2, OFFICE, branch, login, of(PathType.PathPrefix, "/"))))
                .containsExactly("route rule-0-path rule-0-path masked_remote_address=10.0.0.0/8"
                        + " masked_remote_address=10.1.0.0/16 remote_address: 2");
        assertThat(matchers(login, of(PathType.RegularExpression, "/l.*")))
                .hasSize(2)
                .contains("(?:/l.*)(?:[;?#].*)?");
    }

    @Test
    void aRequestWithOneOfTheMethodsIsCountedOnce() {
        MethodSelector get = new MethodSelector("GET", false);
        MethodSelector post = new MethodSelector("POST", false);
        MethodSelector notGet = new MethodSelector("GET", true);
        MethodSelector notPut = new MethodSelector("PUT", true);
        assertThat(matchers(with(get))).containsExactly("GET");
        assertThat(matchers(with(notGet))).containsExactly("not GET");
        assertThat(matchers(with(get, post, get))).containsExactly("GET|POST");
        assertThat(matchers(with(notGet, post))).containsExactly("not GET");
        assertThat(matchers(with(notGet, get))).containsExactly(".*");
        assertThat(matchers(with(notGet, notPut))).containsExactly(".*");
        assertThat(matchers(with(get, post), with(post))).containsExactly("GET|POST", "POST");
    }

    @Test
    void aPathEndsBeforeItsParametersAndTheQuery() {
        for (PathType type : PathType.values()) {
            Pattern pattern =
                    Pattern.compile(matchers(of(type, "/public/login")).getFirst());
            assertThat(Stream.of("", ";", ";a=1", ";a=1?b", "?", "?a;b", "#a"))
                    .as("%s", type)
                    .allMatch(end -> pattern.matcher("/public/login" + end).matches());
            assertThat(Stream.of("s", "%3Ba", ",a"))
                    .as("%s", type)
                    .noneMatch(end -> pattern.matcher("/public/login" + end).matches());
            assertThat(pattern.matcher("/public/login/in").matches()).isEqualTo(type == PathType.PathPrefix);
        }
    }
}
