package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;

/** Gatehouse's WAFPolicy: SecLang rules for a Gateway, a listener or a route. */
public record WafPolicy(List<PolicyTarget> targets, Mode mode, List<String> directives, FailureMode failureMode) {
    public WafPolicy {
        targets = List.copyOf(targets);
        directives = List.copyOf(directives);
    }

    /** What a rule that blocks does. */
    public enum Mode {
        Enforce,
        DetectOnly,
        Off
    }

    /** What happens to requests while the WAF cannot be asked. */
    public enum FailureMode {
        Closed,
        Open
    }

    static WafPolicy read(Fields f) {
        WafPolicy policy = new WafPolicy(
                PolicyTarget.readAll(f),
                f.choice("mode", Mode.class).orElse(Mode.Enforce),
                f.strings("directives"),
                f.choice("failureMode", FailureMode.class).orElse(FailureMode.Closed));
        if (policy.directives.isEmpty()) {
            f.wrong("directives", "is empty (expected: at least one SecLang directive)");
        }
        return policy;
    }
}
