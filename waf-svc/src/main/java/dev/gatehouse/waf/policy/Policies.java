package dev.gatehouse.waf.policy;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.RuleSet;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The policies in force. Looked up by any thread; updated by one at a time, while transactions in flight keep their rules. Policies with
 * equal rules share one rule set.
 */
public final class Policies {
    private static final Logger LOG = System.getLogger(Policies.class.getName());

    /**
     * @param text the text of the last good rules; if no rules were ever good, the refused text
     * @param policy the policy in force
     */
    private record Held(PolicyText text, Policy policy) {
        boolean isReady() {
            return policy instanceof Policy.Ready;
        }
    }

    /** @param users the number of policy variants in force with this text */
    private record Shared(RuleSet rules, int users) {}

    private final RuleCompiler compiler;
    private final PolicyMetrics metrics;
    private final Map<String, Held> held = new ConcurrentHashMap<>();
    private volatile boolean received;
    /** The rule sets of the policies in force, by their text. */
    private final Map<RuleText, Shared> compiled = new HashMap<>();

    private final ReentrantLock waiting = new ReentrantLock();
    private final Condition replaced = waiting.newCondition();

    public Policies(CoreRuleSets coreRuleSets, PolicyMetrics metrics) {
        this.compiler = new RuleCompiler(coreRuleSets);
        this.metrics = metrics;
    }

    /** Without a Core Rule Set. */
    public Policies() {
        this(CoreRuleSets.NONE, PolicyMetrics.NONE);
    }

    /** One round of compiling: each text once, also where several policies have it. */
    private final class Round {
        private final Map<RuleText, RuleSet> good = new HashMap<>();
        private final Map<RuleText, List<String>> bad = new HashMap<>();

        /** The rule set; empty: the text is bad, and {@link #errors} says why. */
        Optional<RuleSet> rules(RuleText text, PolicyText policy) {
            if (!good.containsKey(text) && !bad.containsKey(text)) {
                Shared known = compiled.get(text);
                if (known != null) {
                    good.put(text, known.rules());
                } else {
                    compile(text, policy);
                }
            }
            return Optional.ofNullable(good.get(text));
        }

        private void compile(RuleText text, PolicyText policy) {
            long start = System.nanoTime();
            Compilation outcome = compiler.compile(text);
            if (outcome instanceof Compilation.Compiled done) {
                done.rules().prepare(); // or the first requests would wait
            }
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            metrics.compiled(took);
            switch (outcome) {
                case Compilation.Compiled done -> {
                    done.warnings().stream()
                            .filter(warning -> !policy.partial() && !RuleCompiler.isBrought(warning))
                            .forEach(warning -> LOG.log(Level.WARNING, "{0}: {1}", policy.name(), warning));
                    LOG.log(
                            Level.INFO,
                            "{0}: {1} rules, ready in {2} ms",
                            policy.name(),
                            done.rules().size(),
                            took.toMillis());
                    good.put(text, done.rules());
                }
                case Compilation.Rejected rejected ->
                    bad.put(
                            text,
                            rejected.errors().stream().map(Object::toString).toList());
            }
        }

        Optional<RuleSet> rules(PolicyText.Variant variant, PolicyText policy) {
            return rules(variant.text(), policy)
                    .map(rules -> variant.mode().map(rules::inMode).orElse(rules));
        }

        RuleSet good(RuleText text) {
            return Objects.requireNonNull(good.get(text), "a policy in force without its rules");
        }

        List<String> errors(RuleText text) {
            return bad.getOrDefault(text, List.of());
        }
    }

    /**
     * Takes new or changed policies, and names of removed policies. The valid policies are in force on return, even if
     * others are invalid. The cost depends only on the given policies.
     *
     * @return by policy what is wrong with it, a line for each error: {@code source:line:column: message}
     */
    public synchronized Map<String, List<String>> update(Collection<PolicyText> texts, Set<String> removed) {
        Map<String, List<String>> errors = new LinkedHashMap<>();
        Round round = new Round();
        int changed = 0;
        for (PolicyText text : texts) {
            Held before = held.get(text.name());
            if (before == null || !before.isReady() || !before.text().equals(text)) {
                changed++;
                Held after = compile(text, Optional.ofNullable(before), round, errors);
                use(after, round);
                release(before);
                held.put(text.name(), after);
            }
        }
        removed.forEach(name -> release(held.remove(name)));
        received = true;
        waiting.lock();
        try {
            replaced.signalAll();
        } finally {
            waiting.unlock();
        }
        metrics.replaced(changed, errors.values().stream().mapToInt(List::size).sum());
        return errors;
    }

    private void use(Held policy, Round round) {
        if (policy.isReady()) {
            for (RuleText text : texts(policy.text())) {
                compiled.compute(
                        text,
                        (_, shared) -> shared == null
                                ? new Shared(round.good(text), 1)
                                : new Shared(shared.rules(), shared.users() + 1));
            }
        }
    }

    private void release(@Nullable Held policy) {
        if (policy != null && policy.isReady()) {
            for (RuleText text : texts(policy.text())) {
                compiled.computeIfPresent(
                        text,
                        (_, shared) -> shared.users() == 1 ? null : new Shared(shared.rules(), shared.users() - 1));
            }
        }
    }

    private static List<RuleText> texts(PolicyText text) {
        List<RuleText> texts = new ArrayList<>(List.of(text.rules().text()));
        text.hosts().forEach(host -> texts.add(host.rules().text()));
        return texts;
    }

    private static Held compile(PolicyText text, Optional<Held> before, Round round, Map<String, List<String>> errors) {
        Optional<RuleSet> usual = round.rules(text.rules(), text);
        List<Policy.OfHosts> hosts = new ArrayList<>();
        for (PolicyText.Host host : text.hosts()) {
            round.rules(host.rules(), text).ifPresent(rules -> hosts.add(new Policy.OfHosts(host.hostnames(), rules)));
        }
        if (usual.isPresent() && hosts.size() == text.hosts().size()) {
            return new Held(text, new Policy.Ready(text.name(), usual.get(), text.failsOpen(), hosts));
        }
        Set<String> lines = new LinkedHashSet<>();
        texts(text).forEach(each -> lines.addAll(round.errors(each)));
        errors.put(text.name(), List.copyOf(lines));
        return before.orElseGet(() -> new Held(text, new Policy.Unusable(text.name(), "broken_policy")));
    }

    /**
     * The policy with a name. Waits for an unknown policy, since a proxy may learn of a new policy before it is
     * compiled here. Blocks.
     *
     * @param patience the longest waiting time
     */
    public Policy await(String name, Duration patience) {
        if (held.containsKey(name)) {
            return find(name);
        }
        long left = patience.toNanos();
        waiting.lock();
        try {
            while (!held.containsKey(name) && left > 0) {
                left = replaced.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            waiting.unlock();
        }
        return find(name);
    }

    /** The policy of a name, if nothing has to be waited for; of none where none is named. */
    public Optional<Policy> known(String name) {
        return name.isEmpty()
                ? Optional.of(new Policy.Unusable("", "no_policy_named"))
                : Optional.ofNullable(held.get(name)).map(Held::policy);
    }

    /** The policy of a name. */
    public Policy find(String name) {
        Optional<Held> known = Optional.ofNullable(held.get(name));
        return known.map(Held::policy)
                .orElseGet(() -> new Policy.Unusable(name, received ? "unknown_policy" : "no_configuration_yet"));
    }

    /** Whether a configuration has come, be it good or bad. */
    public boolean received() {
        return received;
    }

    /** How many are known. */
    public int size() {
        return held.size();
    }

    /** The number of policies that block all requests because they have no valid rules. */
    public long broken() {
        return held.values().stream().filter(known -> !known.isReady()).count();
    }
}
