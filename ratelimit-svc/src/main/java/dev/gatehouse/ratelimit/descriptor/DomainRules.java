package dev.gatehouse.ratelimit.descriptor;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.pcollections.HashTreePMap;
import org.pcollections.PMap;

/**
 * The rules of one domain, in a form for matching. At each level an exact value wins over wildcards, wildcards are
 * tried in the order of the configuration, and both win over a key without value. A rule applies only to descriptors of
 * exactly its depth.
 *
 * <p>A domain may be made of several resources: at the first level their wildcards come in the order of the resources'
 * names. Immutable; {@link #plus} and {@link #minus} share what they do not change.
 */
public final class DomainRules {
    private static final int MAX_DEPTH = 32;

    private final String domain;
    private final Node root;

    private DomainRules(String domain, Node root) {
        this.domain = domain;
        this.root = root;
    }

    /** @param resource the resource of a wildcard of the first level; empty at deeper levels, and in a domain of one resource */
    private record Wildcard(String value, ValuePattern pattern, Node node, String resource) {
        Wildcard from(String other) {
            return new Wildcard(value, pattern, node, other);
        }
    }

    private record Key(PMap<String, Node> exact, List<Wildcard> wildcards, Optional<Node> any) {
        static final Key EMPTY = new Key(HashTreePMap.empty(), List.of(), Optional.empty());

        boolean isEmpty() {
            return exact.isEmpty() && wildcards.isEmpty() && any.isEmpty();
        }

        /** A value that both have; empty: none. The key alone is the empty value. */
        Optional<String> shared(Key other) {
            return Stream.concat(
                            Stream.concat(
                                    other.exact.keySet().stream().filter(exact::containsKey),
                                    other.wildcards.stream()
                                            .map(Wildcard::value)
                                            .filter(value -> wildcards.stream()
                                                    .anyMatch(
                                                            each -> each.value().equals(value)))),
                            any.isPresent() && other.any.isPresent() ? Stream.of("") : Stream.empty())
                    .findFirst();
        }

        Key plus(String resource, Key other) {
            return new Key(
                    exact.plusAll(other.exact),
                    Stream.concat(wildcards.stream(), other.wildcards.stream().map(wildcard -> wildcard.from(resource)))
                            .sorted(Comparator.comparing(Wildcard::resource))
                            .toList(),
                    any.or(() -> other.any));
        }

        Key minus(String resource, Key other) {
            return new Key(
                    exact.minusAll(other.exact.keySet()),
                    wildcards.stream()
                            .filter(wildcard -> !wildcard.resource().equals(resource))
                            .toList(),
                    other.any.isPresent() ? Optional.empty() : any);
        }
    }

    private record Node(Optional<Rule> rule, PMap<String, Key> keys) {}

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

    /** No rules. */
    static DomainRules none(String domain) {
        return new DomainRules(domain, new Node(Optional.empty(), HashTreePMap.empty()));
    }

    boolean isEmpty() {
        return root.keys().isEmpty();
    }

    /**
     * A copy with the rules of one more resource.
     *
     * @throws InvalidRules if a key and value of the first level is there already
     */
    DomainRules plus(String resource, DomainRules more) throws InvalidRules {
        PMap<String, Key> keys = root.keys();
        for (Map.Entry<String, Key> each : more.root.keys().entrySet()) {
            Key there = keys.getOrDefault(each.getKey(), Key.EMPTY);
            Optional<String> shared = there.shared(each.getValue());
            if (shared.isPresent()) {
                throw new InvalidRules(
                        "descriptors",
                        shared.get().isEmpty() ? each.getKey() : each.getKey() + "_" + shared.get(),
                        "each key and value in one resource of domain " + domain);
            }
            keys = keys.plus(each.getKey(), there.plus(resource, each.getValue()));
        }
        return new DomainRules(domain, new Node(Optional.empty(), keys));
    }

    /** A copy without the rules of a resource that {@link #plus} added. */
    DomainRules minus(String resource, DomainRules less) {
        PMap<String, Key> keys = root.keys();
        for (Map.Entry<String, Key> each : less.root.keys().entrySet()) {
            Key left = keys.getOrDefault(each.getKey(), Key.EMPTY).minus(resource, each.getValue());
            keys = left.isEmpty() ? keys.minus(each.getKey()) : keys.plus(each.getKey(), left);
        }
        return new DomainRules(domain, new Node(Optional.empty(), keys));
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
                        .add(new Wildcard(level.value(), ValuePattern.of(level.value()), node, ""));
            } else {
                exact.computeIfAbsent(level.key(), key -> new HashMap<>()).put(level.value(), node);
            }
        }
        Map<String, Key> keys = new HashMap<>();
        for (Level level : levels) {
            keys.computeIfAbsent(
                    level.key(),
                    key -> new Key(
                            HashTreePMap.from(exact.getOrDefault(key, Map.of())),
                            List.copyOf(wildcards.getOrDefault(key, List.of())),
                            Optional.ofNullable(any.get(key))));
        }
        return new Node(rule, HashTreePMap.from(keys));
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
