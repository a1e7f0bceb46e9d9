package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Optional;

/**
 * Envoy Gateway's BackendTrafficPolicy: global rate limits.
 *
 * @param passedOver the fields that are not served and have no effect: they tune, and keep nobody out
 */
public record BackendTrafficPolicy(
        List<PolicyTarget> targets,
        List<TargetSelector> selectors,
        Optional<GlobalRateLimit> globalRateLimit,
        List<String> passedOver)
        implements TargetedPolicy<BackendTrafficPolicy> {
    private static final List<String> UNSERVED = List.of(
            "admissionControl",
            "bandwidthLimit",
            "circuitBreaker",
            "compression",
            "compressor",
            "connection",
            "dns",
            "faultInjection",
            "healthCheck",
            "http2",
            "httpUpgrade",
            "loadBalancer",
            "mergeType",
            "proxyProtocol",
            "requestBuffer",
            "responseOverride",
            "retry",
            "routingType",
            "tcpKeepalive",
            "telemetry",
            "timeout",
            "useClientProtocol");

    public BackendTrafficPolicy {
        targets = List.copyOf(targets);
        selectors = List.copyOf(selectors);
        passedOver = List.copyOf(passedOver);
    }

    @Override
    public BackendTrafficPolicy withTargets(List<PolicyTarget> targets) {
        return new BackendTrafficPolicy(targets, selectors, globalRateLimit, passedOver);
    }

    /** The time that a limit counts for; windows are aligned to the epoch. */
    public enum Unit {
        Second,
        Minute,
        Hour,
        Day,
        Week,
        Month,
        Year
    }

    /** How a header takes part in a rule. */
    public enum HeaderMatchType {
        Exact,
        RegularExpression,
        /** Each value of the header has a count of its own. */
        Distinct
    }

    /** @param value empty for {@code Distinct} */
    public record HeaderSelector(HeaderMatchType type, String name, Optional<String> value, boolean invert) {
        static HeaderSelector read(Fields f) {
            HeaderSelector selector = new HeaderSelector(
                    f.choice("type", HeaderMatchType.class).orElse(HeaderMatchType.Exact),
                    f.requiredString("name", Syntax.HEADER_NAME),
                    f.string("value"),
                    f.bool("invert").orElse(false));
            boolean distinct = selector.type == HeaderMatchType.Distinct;
            if (distinct && (selector.value.isPresent() || selector.invert)) {
                f.wrong("value and invert do not go with type Distinct (expected: neither)");
            }
            if (!distinct && selector.value.isEmpty()) {
                f.wrong("value", "is missing (expected: a value for type " + selector.type + ")");
            }
            return selector;
        }
    }

    /** Which requests a rule counts: all of the selector must hold. */
    public record ClientSelector(List<HeaderSelector> headers) {
        public ClientSelector {
            headers = List.copyOf(headers);
        }

        static ClientSelector read(Fields f) {
            return new ClientSelector(f.list("headers", 1, 16, HeaderSelector::read));
        }
    }

    /** @param selectors empty: every request; otherwise any of them */
    public record Rule(List<ClientSelector> selectors, long requests, Unit unit, boolean shadowMode) {
        public Rule {
            selectors = List.copyOf(selectors);
        }

        private record Limit(long requests, Unit unit) {
            static Limit read(Fields f) {
                return new Limit(
                        f.requiredInteger("requests", 0, Integer.MAX_VALUE), f.requiredChoice("unit", Unit.class));
            }
        }

        static Rule read(Fields f) {
            Limit limit = f.requiredObject("limit", Limit::read);
            return new Rule(
                    f.list("clientSelectors", 0, 8, ClientSelector::read),
                    limit.requests(),
                    limit.unit(),
                    f.bool("shadowMode").orElse(false));
        }
    }

    /** RateLimitSpec with type Global. */
    public record GlobalRateLimit(List<Rule> rules) {
        public GlobalRateLimit {
            rules = List.copyOf(rules);
        }

        private enum Type {
            Global
        }

        static GlobalRateLimit read(Fields f) {
            f.choice("type", Type.class);
            return f.requiredObject("global", g -> new GlobalRateLimit(g.list("rules", 1, 256, Rule::read)));
        }
    }

    static BackendTrafficPolicy read(Fields f) {
        UNSERVED.forEach(field -> f.passOver(field, "is not served and has no effect"));
        return new BackendTrafficPolicy(
                PolicyTarget.readOrSelected(f),
                f.list("targetSelectors", TargetSelector::read),
                f.object("rateLimit", GlobalRateLimit::read),
                UNSERVED.stream().filter(f::has).toList());
    }
}
