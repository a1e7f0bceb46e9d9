package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.backend.ClusterSettings;
import dev.gatehouse.controller.check.Expressions;
import dev.gatehouse.controller.envoy.ClusterResources;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.policy.Effective;
import dev.gatehouse.controller.policy.EffectivePolicies;
import dev.gatehouse.controller.policy.RateLimitMerge;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.Policy;
import dev.gatehouse.gatewayapi.traffic.RateLimits.Rule;
import dev.gatehouse.gatewayapi.traffic.RequestSelector;
import dev.gatehouse.gatewayapi.traffic.RequestSelector.MatchType;
import dev.gatehouse.gatewayapi.traffic.RequestSelector.PathType;
import dev.gatehouse.gatewayapi.traffic.RequestSelector.ValueSelector;
import dev.gatehouse.gatewayapi.traffic.ResponseOverride;
import dev.gatehouse.gatewayapi.traffic.ResponseOverride.Body;
import dev.gatehouse.gatewayapi.traffic.ResponseOverride.Replacement;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** The BackendTrafficPolicies, with the response bodies of ConfigMaps. */
final class TrafficPolicies {
    private final Inputs inputs;
    private final Attached<Policy<TrafficSettings>> attached;

    /** The reasons why Envoy would refuse BackendTrafficPolicies. */
    private final Collection<ObjectKey, String> problems;

    /** The reasons why Envoy would refuse clusters with the settings of BackendTrafficPolicies. */
    private final Collection<ObjectKey, String> refusals;

    TrafficPolicies(Graph graph, Inputs inputs, PolicySelection selection) {
        this.inputs = inputs;
        attached = new Attached<>(graph, selection, Kinds.BACKEND_TRAFFIC_POLICY);
        problems = graph.map(
                "trafficProblems",
                inputs.of(Kinds.BACKEND_TRAFFIC_POLICY),
                (reads, key, policy) ->
                        problem(policy.spec().settings(), name -> body(reads, new ObjectKey(key.namespace(), name))));
        refusals = graph.map(
                "refusedSettings",
                inputs.of(Kinds.BACKEND_TRAFFIC_POLICY),
                (_, _, policy) -> refusal(policy.spec().settings()));
    }

    Attached<Policy<TrafficSettings>> attached() {
        return attached;
    }

    /** Why a policy cannot be served. */
    Optional<String> problem(Reads reads, ObjectKey policy) {
        return reads.get(problems, policy);
    }

    /** Why the merged settings of BackendTrafficPolicies cannot be served. */
    Optional<String> problem(Reads reads, Effective<Policy<TrafficSettings>> effective) {
        if (effective.members().size() == 1) {
            return problem(reads, effective.policy());
        }
        String namespace = effective.owner("responseOverride").namespace();
        return effective.problems().stream()
                .findFirst()
                .or(() -> problem(effective.spec().settings(), name -> body(reads, new ObjectKey(namespace, name))));
    }

    /**
     * Why Envoy would refuse clusters with the settings of a BackendTrafficPolicy. The settings tune connections and
     * protect nothing, so the policy's routes are served without them.
     */
    Optional<String> refusedSettings(Reads reads, ObjectKey policy) {
        return reads.get(refusals, policy);
    }

    /** The same for merged BackendTrafficPolicies. */
    Optional<String> refusedSettings(Reads reads, Effective<Policy<TrafficSettings>> effective) {
        return effective.members().size() == 1
                ? refusedSettings(reads, effective.policy())
                : refusal(effective.spec().settings());
    }

    private static Optional<String> refusal(TrafficSettings settings) {
        return ClusterResources.problemWithSettings(ClusterSettings.of(settings, "sample.test"))
                .map(problem ->
                        "the settings of clusters have no effect: Envoy would refuse what they become: " + problem);
    }

    /**
     * The settings that a rule's effective BackendTrafficPolicy gives to clusters; none if Envoy would refuse them.
     *
     * @param hostname the Host header of health checks that do not set one
     */
    ClusterSettings clusterSettings(
            Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule, Supplier<String> hostname) {
        return attached.effective(reads, listener, route, rule)
                .filter(policy -> !policy.spec().settings().equals(TrafficSettings.NONE))
                .filter(policy -> refusedSettings(reads, policy).isEmpty())
                .map(policy -> ClusterSettings.of(policy.spec().settings(), hostname.get()))
                .orElse(ClusterSettings.NONE);
    }

    /** What proxies and ratelimit-svc get of the effective policies of a rule. */
    EffectivePolicies.Traffic enforced(Reads reads, Effective<Policy<TrafficSettings>> effective) {
        String namespace = effective.owner("responseOverride").namespace();
        return new EffectivePolicies.Traffic(
                effective.policy(),
                withBodies(effective.spec().settings(), name -> body(reads, new ObjectKey(namespace, name))),
                effective
                        .spec()
                        .settings()
                        .globalLimit()
                        .map(limit -> RateLimitMerge.owned(effective, limit.rules()))
                        .orElse(List.of()));
    }

    /** The settings of a rule's effective BackendTrafficPolicy. */
    TrafficSettings settings(Reads reads, ListenerKey listener, ObjectRef route, Optional<String> rule) {
        return attached.effective(reads, listener, route, rule)
                .map(policy -> policy.spec().settings())
                .orElse(TrafficSettings.NONE);
    }

    private Optional<String> body(Reads reads, ObjectKey map) {
        return reads.get(inputs.of(Kinds.CONFIG_MAP), map)
                .flatMap(each -> each.spec().responseBody());
    }

    /** A copy of {@code settings} with the ConfigMaps' bodies from {@code bodies}; a missing body is empty. */
    private static TrafficSettings withBodies(TrafficSettings settings, Function<String, Optional<String>> bodies) {
        return settings.overrides().isEmpty()
                ? settings
                : settings.with(settings.overrides().stream()
                        .map(override -> new ResponseOverride(
                                override.statuses(),
                                override.headers(),
                                override.source(),
                                override.replacement() instanceof Replacement.Response response
                                        ? new Replacement.Response(
                                                response.contentType(),
                                                response.body().map(body -> inline(body, bodies)),
                                                response.status(),
                                                response.set(),
                                                response.add())
                                        : override.replacement()))
                        .toList());
    }

    private static Body inline(Body body, Function<String, Optional<String>> bodies) {
        return switch (body) {
            case Body.Inline inline -> inline;
            case Body.InConfigMap map ->
                new Body.Inline(bodies.apply(map.name()).orElse(""));
        };
    }

    /** Why a policy cannot be served, with the field's path; empty: it can be served. */
    private static Optional<String> problem(TrafficSettings settings, Function<String, Optional<String>> bodies) {
        List<String> problems = new ArrayList<>();
        settings.globalLimit().ifPresent(limit -> rules(problems, "spec.rateLimit.global", limit.rules()));
        settings.localLimit().ifPresent(limit -> rules(problems, "spec.rateLimit.local", limit.rules()));
        for (int i = 0; i < settings.overrides().size(); i++) {
            ResponseOverride override = settings.overrides().get(i);
            String at = "spec.responseOverride[" + i + "]";
            for (int j = 0; j < override.headers().size(); j++) {
                ResponseOverride.HeaderMatch header = override.headers().get(j);
                if (header.type() == ResponseOverride.MatchType.RegularExpression) {
                    expression(problems, at + ".match.responseHeaders[" + j + "].value", header.value());
                }
            }
            if (override.replacement() instanceof Replacement.Response response
                    && response.body().orElse(null) instanceof Body.InConfigMap map
                    && bodies.apply(map.name()).isEmpty()) {
                problems.add(at + ".response.body.valueRef: ConfigMap " + map.name()
                        + " is not there, or empty (expected: a body under \"response.body\", or another key)");
            }
        }
        return problems.stream().findFirst();
    }

    private static void rules(List<String> problems, String at, List<Rule> rules) {
        for (int i = 0; i < rules.size(); i++) {
            List<RequestSelector> selectors = rules.get(i).selectors();
            for (int j = 0; j < selectors.size(); j++) {
                String place = at + ".rules[" + i + "].clientSelectors[" + j + "]";
                values(problems, place + ".headers", selectors.get(j).headers());
                values(problems, place + ".queryParams", selectors.get(j).queryParams());
                selectors
                        .get(j)
                        .path()
                        .filter(path -> path.type() == PathType.RegularExpression)
                        .ifPresent(path -> expression(problems, place + ".path.value", path.value()));
            }
        }
    }

    private static void values(List<String> problems, String at, List<ValueSelector> selectors) {
        for (int i = 0; i < selectors.size(); i++) {
            if (selectors.get(i).type() == MatchType.RegularExpression) {
                expression(
                        problems,
                        at + "[" + i + "].value",
                        selectors.get(i).value().orElse(""));
            }
        }
    }

    private static void expression(List<String> problems, String at, String pattern) {
        Expressions.problem(pattern).ifPresent(text -> problems.add(at + ": " + text));
    }
}
