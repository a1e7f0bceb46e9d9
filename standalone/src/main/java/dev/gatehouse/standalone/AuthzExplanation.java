package dev.gatehouse.standalone;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Of what becomes of a request, the part about who may pass. */
final class AuthzExplanation {
    private static final String POLICY = "SecurityPolicy ";
    private static final List<String> OF_GATEWAY =
            List.of("fleet", "listener", "listeners", "hostname", "outcome", "selected");

    private AuthzExplanation() {}

    /** The tree for programs. */
    static Map<String, Object> of(Map<String, Object> explanation) {
        Map<String, Object> answer = new LinkedHashMap<>();
        copy(explanation, answer, List.of("request", "outcome", "listeners"));
        List<Map<?, ?>> gateways = maps(explanation.get("gateways"));
        if (!gateways.isEmpty()) {
            answer.put(
                    "gateways", gateways.stream().map(AuthzExplanation::gateway).toList());
        }
        return answer;
    }

    private static Map<String, Object> gateway(Map<?, ?> gateway) {
        Map<String, Object> answer = new LinkedHashMap<>();
        copy(gateway, answer, OF_GATEWAY);
        List<Map<String, Object>> policies = maps(gateway.get("policies")).stream()
                .filter(policy -> String.valueOf(policy.get("policy")).startsWith(POLICY))
                .map(policy -> {
                    Map<String, Object> each = new LinkedHashMap<>();
                    copy(policy, each, List.of("policy", "for", "mergedWith", "problems"));
                    return each;
                })
                .toList();
        if (!policies.isEmpty()) {
            answer.put("policies", policies);
        }
        copy(gateway, answer, List.of("decision", "access"));
        if (!answer.containsKey("decision") && answer.containsKey("selected")) {
            answer.put(
                    "decision",
                    policies.stream().anyMatch(policy -> policy.containsKey("problems"))
                            ? Map.of("verdict", "refused", "why", "500: the policy cannot be used")
                            : Map.of("verdict", "passes", "why", "no SecurityPolicy asks for anything"));
        }
        return answer;
    }

    private static void copy(Map<?, ?> from, Map<String, Object> to, List<String> names) {
        for (String name : names) {
            Object value = from.get(name);
            if (value != null) {
                to.put(name, value);
            }
        }
    }

    /** The same for people. */
    static void print(Map<String, Object> answer, PrintWriter out) {
        out.println(answer.get("request"));
        line(out, "outcome", answer.get("outcome"));
        for (Map<?, ?> gateway : maps(answer.get("gateways"))) {
            out.println();
            line(out, "fleet", gateway.get("fleet"));
            line(out, "listener", gateway.get("listener"));
            if (gateway.get("selected") instanceof Map<?, ?> route) {
                line(out, "route", route.get("route") + ", rule " + route.get("rule"));
            } else {
                line(out, "outcome", gateway.get("outcome"));
            }
            for (Map<?, ?> policy : maps(gateway.get("policies"))) {
                line(
                        out,
                        "policy",
                        policy.get("policy") + " (for " + policy.get("for") + ")"
                                + (policy.containsKey("mergedWith") ? " with " + policy.get("mergedWith") : ""));
                if (policy.containsKey("problems")) {
                    line(out, "", "  cannot be used: " + policy.get("problems"));
                }
            }
            if (gateway.get("decision") instanceof Map<?, ?> decision) {
                line(
                        out,
                        "decision",
                        decision.get("verdict")
                                + (decision.containsKey("by") ? ", by " + decision.get("by") : "") + ": "
                                + decision.get("why"));
            }
            steps(gateway, out);
        }
    }

    private static void steps(Map<?, ?> gateway, PrintWriter out) {
        String label = "steps";
        for (Map<?, ?> step : maps(gateway.get("access"))) {
            line(out, label, step.get("asks") + ": " + step.get("verdict") + ", " + step.get("why"));
            label = "";
            for (Map<?, ?> condition : maps(step.get("conditions"))) {
                line(
                        out,
                        "",
                        "  " + condition.get("holds") + ": " + condition.get("condition") + " is "
                                + condition.get("got") + " (expected: " + condition.get("expected") + ")");
            }
        }
    }

    private static void line(PrintWriter out, String label, @Nullable Object text) {
        if (text != null) {
            out.printf("%-10s %s%n", label, text);
        }
    }

    private static List<Map<?, ?>> maps(@Nullable Object tree) {
        return tree instanceof List<?> list
                ? list.stream()
                        .filter(Map.class::isInstance)
                        .<Map<?, ?>>map(each -> (Map<?, ?>) each)
                        .toList()
                : List.of();
    }
}
