package dev.gatehouse.waf.policy;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.RuleSet;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The policies in force. Looked up by any thread; replaced by one at a time, while transactions in flight keep their rules. */
public final class Policies {
    private static final Logger LOG = System.getLogger(Policies.class.getName());

    /**
     * @param text of the last good rules
     * @param rules empty: none were ever good
     */
    private record Held(PolicyText text, Optional<RuleSet> rules) {}

    private volatile Map<String, Held> held = Map.of();
    private volatile boolean received;

    /**
     * Takes all policies that there are. The good ones are in force when this returns, also if others are bad.
     *
     * @return what is wrong, a line for each error: {@code policy: source:line:column: message}
     */
    public synchronized List<String> replace(List<PolicyText> texts) {
        Map<String, Held> next = new HashMap<>();
        List<String> errors = new ArrayList<>();
        for (PolicyText text : texts) {
            Optional<Held> before = Optional.ofNullable(held.get(text.name()));
            if (before.filter(known -> known.rules().isPresent() && known.text().equals(text))
                    .isPresent()) {
                next.put(text.name(), before.get());
            } else {
                next.put(text.name(), compile(text, before, errors));
            }
        }
        held = Map.copyOf(next);
        received = true;
        return errors;
    }

    private static Held compile(PolicyText text, Optional<Held> before, List<String> errors) {
        return switch (RuleSet.compile(text.sources())) {
            case Compilation.Compiled compiled -> {
                compiled.warnings().forEach(warning -> LOG.log(Level.WARNING, "{0}: {1}", text.name(), warning));
                LOG.log(
                        Level.INFO,
                        "{0}: {1} rules, {2}",
                        text.name(),
                        compiled.rules().size(),
                        text.mode());
                yield new Held(text, Optional.of(compiled.rules().inMode(text.mode())));
            }
            case Compilation.Rejected rejected -> {
                rejected.errors().forEach(error -> errors.add(text.name() + ": " + error));
                yield before.orElseGet(() -> new Held(text, Optional.empty()));
            }
        };
    }

    /** The policy of a name. */
    public Policy find(String name) {
        Optional<Held> known = Optional.ofNullable(held.get(name));
        if (known.isEmpty()) {
            return new Policy.Unusable(name, received ? "unknown_policy" : "no_configuration_yet");
        }
        return known.get()
                .rules()
                .<Policy>map(rules -> new Policy.Ready(name, rules))
                .orElseGet(() -> new Policy.Unusable(name, "broken_policy"));
    }

    /** Whether a configuration has come, be it good or bad. */
    public boolean received() {
        return received;
    }

    /** How many are known. */
    public int size() {
        return held.size();
    }

    /** How many of them block everything, for want of rules. */
    public long broken() {
        return held.values().stream().filter(known -> known.rules().isEmpty()).count();
    }
}
