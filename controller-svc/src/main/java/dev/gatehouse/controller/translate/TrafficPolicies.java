package dev.gatehouse.controller.translate;

import dev.gatehouse.controller.check.Expressions;
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

/** Completes and checks BackendTrafficPolicies: adds response bodies from ConfigMaps, and checks expressions that Envoy must accept. */
final class TrafficPolicies {
    private TrafficPolicies() {}

    /** A copy of {@code settings} with the ConfigMaps' bodies from {@code bodies}; a missing body is empty. */
    static TrafficSettings withBodies(TrafficSettings settings, Function<String, Optional<String>> bodies) {
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
    static Optional<String> problem(TrafficSettings settings, Function<String, Optional<String>> bodies) {
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
