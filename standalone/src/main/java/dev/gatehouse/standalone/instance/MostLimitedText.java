package dev.gatehouse.standalone.instance;

import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Adds up the counts of ratelimit-svc's replicas, for 'gatehouse quota top'. Not thread-safe. */
public final class MostLimitedText {
    private static final Pattern HITS = Pattern.compile("^gatehouse_ratelimit_rule_hits_total\\{(.*)} ([0-9.eE+]+)$");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"((?:[^\"\\\\]|\\\\.)*)\"");

    private record Rule(String domain, String rule, String limit) {}

    private record Limited(String domain, String descriptor, String limit, boolean shadow) {}

    private final int most;
    private final Map<Rule, Map<String, Long>> rules = new HashMap<>();
    private final Map<Limited, Long> descriptors = new HashMap<>();
    private Optional<Instant> since = Optional.empty();
    private boolean forgotten;

    /** @param most lines of each table */
    public MostLimitedText(int most) {
        this.most = most;
    }

    /** Takes in the metrics of a replica. */
    public void metrics(String page) {
        page.lines().map(HITS::matcher).filter(Matcher::matches).forEach(line -> {
            Map<String, String> labels = new HashMap<>();
            Matcher label = LABEL.matcher(line.group(1));
            while (label.find()) {
                labels.put(label.group(1), label.group(2));
            }
            rules.computeIfAbsent(
                            new Rule(
                                    labels.getOrDefault("domain", ""),
                                    labels.getOrDefault("rule", ""),
                                    labels.getOrDefault("limit", "")),
                            _ -> new HashMap<>())
                    .merge(labels.getOrDefault("result", ""), (long) Double.parseDouble(line.group(2)), Long::sum);
        });
    }

    /** Takes in the page {@code /gatehouse/quota/top} of a replica. */
    public void page(JsonObject page) {
        Instant began = Instant.parse(page.getString("since"));
        since = Optional.of(since.filter(before -> before.isBefore(began)).orElse(began));
        forgotten |= page.getBoolean("forgotten");
        for (Object each : page.getJsonArray("limited")) {
            JsonObject limited = (JsonObject) each;
            String descriptor = limited.getJsonArray("descriptor").stream()
                    .map(JsonObject.class::cast)
                    .map(entry -> entry.getString("key")
                            + (entry.getString("value").isEmpty() ? "" : "=" + entry.getString("value")))
                    .collect(Collectors.joining(", "));
            descriptors.merge(
                    new Limited(
                            limited.getString("domain"),
                            descriptor,
                            limited.getString("limit"),
                            limited.getBoolean("shadow")),
                    limited.getLong("requests"),
                    Long::sum);
        }
    }

    private static long limited(Map<String, Long> results) {
        return results.getOrDefault("over", 0L) + results.getOrDefault("shadowed", 0L);
    }

    private List<Map.Entry<Rule, Map<String, Long>>> topRules() {
        return top(rules, entry -> limited(entry.getValue()));
    }

    private List<Map.Entry<Limited, Long>> topDescriptors() {
        return top(descriptors, Map.Entry::getValue);
    }

    private <K, V> List<Map.Entry<K, V>> top(Map<K, V> all, ToLongFunction<Map.Entry<K, V>> count) {
        return all.entrySet().stream()
                .filter(entry -> count.applyAsLong(entry) > 0)
                .sorted(Comparator.comparingLong(count)
                        .reversed()
                        .thenComparing(entry -> entry.getKey().toString()))
                .limit(most)
                .toList();
    }

    /** As tables. */
    public String text() {
        Table byRule = new Table("DOMAIN", "RULE", "LIMIT", "REFUSED", "SHADOWED", "NEAR", "PASSED");
        topRules()
                .forEach(entry -> byRule.row(
                        entry.getKey().domain(),
                        entry.getKey().rule(),
                        entry.getKey().limit(),
                        number(entry.getValue(), "over"),
                        number(entry.getValue(), "shadowed"),
                        number(entry.getValue(), "near"),
                        number(entry.getValue(), "ok")));
        Table byDescriptor = new Table("REQUESTS", "LIMIT", "DOMAIN", "DESCRIPTOR");
        topDescriptors()
                .forEach(entry -> byDescriptor.row(
                        entry.getValue().toString(),
                        entry.getKey().limit() + (entry.getKey().shadow() ? " (shadow)" : ""),
                        entry.getKey().domain(),
                        entry.getKey().descriptor()));
        String since = this.since.map(Instant::toString).orElse("never");
        return (byRule.text().isEmpty() ? "No limit has refused a request.\n" : byRule.text())
                + "\n"
                + (byDescriptor.text().isEmpty()
                        ? "No descriptor was over its limit since " + since + ".\n"
                        : "Over their limits since " + since
                                + (forgotten ? " (at least: there were too many descriptors to count all)" : "") + ":\n"
                                + byDescriptor.text());
    }

    private static String number(Map<String, Long> results, String result) {
        return Long.toString(results.getOrDefault(result, 0L));
    }

    /** As a tree. */
    public Map<String, Object> tree() {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(
                "rules",
                topRules().stream()
                        .map(entry -> Map.of(
                                "domain", entry.getKey().domain(),
                                "rule", entry.getKey().rule(),
                                "limit", entry.getKey().limit(),
                                "results", entry.getValue()))
                        .toList());
        tree.put("since", since.map(Instant::toString).orElse(""));
        tree.put("forgotten", forgotten);
        tree.put(
                "descriptors",
                topDescriptors().stream()
                        .map(entry -> Map.of(
                                "domain", entry.getKey().domain(),
                                "descriptor", entry.getKey().descriptor(),
                                "limit", entry.getKey().limit(),
                                "shadow", entry.getKey().shadow(),
                                "requests", entry.getValue()))
                        .toList());
        return tree;
    }
}
