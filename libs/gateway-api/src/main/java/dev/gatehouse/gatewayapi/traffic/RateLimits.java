package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Limits of requests.
 *
 * @param global limits that all proxies count together
 * @param local limits that each proxy counts for itself
 */
public record RateLimits(Optional<Global> global, Optional<Local> local) {
    static final RateLimits NONE = new RateLimits(Optional.empty(), Optional.empty());

    /** The time that a limit counts for; global windows are aligned to the epoch. */
    public enum Unit {
        Second(1),
        Minute(60),
        Hour(3600),
        Day(86_400),
        Week(604_800),
        Month(2_592_000),
        Year(31_536_000);

        private final long seconds;

        Unit(long seconds) {
            this.seconds = seconds;
        }

        public Duration duration() {
            return Duration.ofSeconds(seconds);
        }
    }

    /** Whether response headers (X-RateLimit-*) tell clients the remaining quota. */
    public enum Headers {
        Off,
        DraftVersion03
    }

    /** A value in the dynamic metadata of a request, which another filter writes. */
    public record MetadataKey(String namespace, String key) {
        private static final Syntax PART = Syntax.of("[^%():\\s\\x00-\\x1f]+", 256, "a name without % ( ) : and space");

        private static MetadataKey read(Fields f) {
            return new MetadataKey(f.requiredString("namespace", PART), f.requiredString("key", PART));
        }
    }

    /** The cost of a request: a number, or a value in its metadata. */
    public record Cost(long number, Optional<MetadataKey> metadata) {
        private enum From {
            Number,
            Metadata
        }

        private static Cost read(Fields f) {
            From from = f.requiredChoice("from", From.class);
            Optional<Long> number = f.longInteger("number", 0, Integer.MAX_VALUE);
            Optional<MetadataKey> metadata = f.object("metadata", MetadataKey::read);
            if (number.isPresent() && metadata.isPresent()) {
                f.wrong("number", "is set beside metadata (expected: one of the two)");
            } else if (number.isPresent() != (from == From.Number)) {
                f.wrong("from", "is " + from + " (expected: the field of that name)");
            }
            return new Cost(number.orElse(1L), metadata);
        }
    }

    /** @param fromMetadata the metadata key that overrides the limit for a request */
    public record Limit(long requests, Unit unit, Optional<MetadataKey> fromMetadata) {
        private static Limit read(Fields f) {
            return new Limit(
                    f.longInteger("requests", 0, 0xffff_ffffL)
                            .orElseGet(() -> (long) f.requiredInteger("requests", 0, Integer.MAX_VALUE)),
                    f.requiredChoice("unit", Unit.class),
                    f.object("fromMetadata", MetadataKey::read));
        }
    }

    /**
     * A rule.
     *
     * @param selectors all must match; an empty list: every request
     * @param shared whether all targets of the policy share one count
     * @param shadowMode whether requests are only counted and never refused
     * @param headers absent: the listener's setting
     */
    public record Rule(
            List<RequestSelector> selectors,
            Limit limit,
            Optional<Cost> requestCost,
            Optional<Cost> responseCost,
            boolean shared,
            boolean shadowMode,
            Optional<Headers> headers) {
        public Rule {
            selectors = List.copyOf(selectors);
        }

        private record Costs(Optional<Cost> request, Optional<Cost> response) {}

        private static Rule read(Fields f) {
            Costs costs = f.object(
                            "cost", x -> new Costs(x.object("request", Cost::read), x.object("response", Cost::read)))
                    .orElse(new Costs(Optional.empty(), Optional.empty()));
            return new Rule(
                    f.list("clientSelectors", 0, 8, RequestSelector::read),
                    f.requiredObject("limit", Limit::read),
                    costs.request(),
                    costs.response(),
                    f.bool("shared").orElse(false),
                    f.bool("shadowMode").orElse(false),
                    f.choice("xRateLimitHeaders", Headers.class));
        }
    }

    /** Limits that ratelimit-svc counts. */
    public record Global(List<Rule> rules) {
        /** ratelimit-svc takes descriptors of 32 entries. The first one names the rule. */
        private static final int MAX_CONDITIONS = 31;

        public Global {
            rules = List.copyOf(rules);
        }

        private static Global read(Fields f) {
            Global global = new Global(f.list("rules", 0, 256, Rule::read));
            for (int i = 0; i < global.rules.size(); i++) {
                int conditions = global.rules.get(i).selectors().stream()
                        .mapToInt(RequestSelector::conditions)
                        .sum();
                if (conditions > MAX_CONDITIONS) {
                    f.wrong(
                            "rules[" + i + "].clientSelectors",
                            "has " + conditions + " conditions (expected: at most " + MAX_CONDITIONS
                                    + "; a sourceCIDR of type Distinct is two)");
                }
            }
            return global;
        }
    }

    /** Limits that Envoy counts. */
    public record Local(List<Rule> rules) {
        public Local {
            rules = List.copyOf(rules);
        }

        /** The rule for requests that no other rule selects; absent: they are not limited. */
        public Optional<Rule> preset() {
            return rules.stream().filter(rule -> rule.selectors().isEmpty()).findFirst();
        }

        private static Local read(Fields f) {
            Local local = new Local(f.list("rules", 0, 16, Rule::read));
            if (local.rules.stream().filter(rule -> rule.selectors().isEmpty()).count() > 1) {
                f.wrong("rules", "has several rules without clientSelectors (expected: at most one)");
            }
            long seconds = local.preset()
                    .map(rule -> rule.limit().unit().duration().toSeconds())
                    .orElse(1L);
            for (int i = 0; i < local.rules.size(); i++) {
                Rule rule = local.rules.get(i);
                String at = "rules[" + i + "]";
                if (rule.limit().unit().duration().toSeconds() % seconds != 0) {
                    f.wrong(
                            at,
                            "has limit.unit " + rule.limit().unit()
                                    + " (expected: a multiple of the unit of the rule without clientSelectors)");
                }
                if (rule.limit().requests() == 0) {
                    f.wrong(at, "has limit.requests 0 (expected: at least 1)");
                }
                if (rule.responseCost().isPresent()) {
                    f.wrong(at, "has cost.response (expected: none for local limits)");
                }
                if (rule.limit().fromMetadata().isPresent()) {
                    f.wrong(at, "has limit.fromMetadata (expected: none for local limits)");
                }
            }
            return local;
        }
    }

    private enum Type {
        Global,
        Local
    }

    static RateLimits read(Fields f) {
        Optional<Type> type = f.choice("type", Type.class);
        Optional<Global> global = f.object("global", Global::read);
        Optional<Local> local = f.object("local", Local::read);
        if (type.filter(each -> each == Type.Global).isPresent() && global.isEmpty()) {
            f.wrong("global", "is missing (expected: limits, as type is Global)");
        }
        if (type.filter(each -> each == Type.Local).isPresent() && local.isEmpty()) {
            f.wrong("local", "is missing (expected: limits, as type is Local)");
        }
        return new RateLimits(
                global.filter(_ -> type.orElse(Type.Global) == Type.Global),
                local.filter(_ -> type.orElse(Type.Local) == Type.Local));
    }
}
