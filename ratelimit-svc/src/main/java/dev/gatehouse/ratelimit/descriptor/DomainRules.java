package dev.gatehouse.ratelimit.descriptor;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules of one domain, ready to be matched. At each level an exact value comes before a wildcard, wildcards come in the order
 * of their configuration, and both come before the key alone. A rule applies to the descriptors that are exactly as deep as it.
 * Immutable.
 */
public final class DomainRules {
    private static final int MAX_DEPTH = 32;

    private final String domain;
    private final Node root;

    private DomainRules(String domain, Node root) {
        this.domain = domain;
        this.root = root;
    }

    private record Wildcard(ValuePattern pattern, Node node) {}

    private record Key(Map<String, Node> exact, List<Wildcard> wildcards, Optional<Node> any) {}

    private record Node(Optional<Rule> rule, Map<String, Key> keys) {}

    /**
     * Builds the rules of {@code domain}.
     *
     * @throws InvalidRules with the path of the first level that cannot be used
     */
    public static DomainRules of(String domain, List<Level> levels) throws InvalidRules {
        if (domain.isEmpty()) {
            throw new InvalidRules("domain", domain, "not empty");
        }
        return new DomainRules(domain, node(Optional.empty(), levels, "descriptors", 1));
    }

    public String domain() {
        return domain;
    }

    /** Empty: nothing limits the descriptor. */
    public Optional<Rule> match(List<Entry> entries) {
        Node node = root;
        for (Entry entry : entries) {
            Node next = child(node, entry);
            if (next == null) {
                return Optional.empty();
            }
            node = next;
        }
        return node.rule();
    }

    private static @Nullable Node child(Node node, Entry entry) {
        Key key = node.keys().get(entry.key());
        if (key == null) {
            return null;
        }
        Node exact = key.exact().get(entry.value());
        if (exact != null) {
            return exact;
        }
        for (Wildcard wildcard : key.wildcards()) {
            if (wildcard.pattern().matches(entry.value())) {
                return wildcard.node();
            }
        }
        return key.any().orElse(null);
    }

    private static Node node(Optional<Rule> rule, List<Level> levels, String path, int depth) throws InvalidRules {
        if (depth > MAX_DEPTH) {
            throw new InvalidRules(path, "level " + depth, "at most " + MAX_DEPTH + " levels");
        }
        Set<String> seen = new HashSet<>();
        Map<String, Map<String, Node>> exact = new HashMap<>();
        Map<String, List<Wildcard>> wildcards = new HashMap<>();
        Map<String, Node> any = new HashMap<>();
        for (int i = 0; i < levels.size(); i++) {
            Level level = levels.get(i);
            String where = path + "[" + i + "]";
            if (level.key().isEmpty()) {
                throw new InvalidRules(where + ".key", "", "not empty");
            }
            if (!seen.add(level.key().length() + ":" + level.key() + level.value())) {
                throw new InvalidRules(where, level.label(), "each key and value once at a level");
            }
            checkReplaces(level, where);
            Node node = node(level.rule(), level.children(), where + ".descriptors", depth + 1);
            if (level.value().isEmpty()) {
                any.put(level.key(), node);
            } else if (level.value().contains("*")) {
                wildcards
                        .computeIfAbsent(level.key(), key -> new ArrayList<>())
                        .add(new Wildcard(ValuePattern.of(level.value()), node));
            } else {
                exact.computeIfAbsent(level.key(), key -> new HashMap<>()).put(level.value(), node);
            }
        }
        Map<String, Key> keys = new HashMap<>();
        for (Level level : levels) {
            keys.computeIfAbsent(
                    level.key(),
                    key -> new Key(
                            Map.copyOf(exact.getOrDefault(key, Map.of())),
                            List.copyOf(wildcards.getOrDefault(key, List.of())),
                            Optional.ofNullable(any.get(key))));
        }
        return new Node(rule, Map.copyOf(keys));
    }

    private static void checkReplaces(Level level, String where) throws InvalidRules {
        if (level.rule().isEmpty()) {
            return;
        }
        Rule rule = level.rule().get();
        if (rule.replaces().contains("")) {
            throw new InvalidRules(where + ".rate_limit.replaces", "", "names of other rules");
        }
        if (!rule.name().isEmpty() && rule.replaces().contains(rule.name())) {
            throw new InvalidRules(where + ".rate_limit.replaces", rule.name(), "names of other rules, not its own");
        }
    }
}
