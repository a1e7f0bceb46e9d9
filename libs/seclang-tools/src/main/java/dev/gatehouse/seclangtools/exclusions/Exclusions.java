package dev.gatehouse.seclangtools.exclusions;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Counts matches of an audit log in {@code SecAuditLogFormat JSON}. */
public final class Exclusions {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Scores and counts are no targets of a client's. */
    private static final Set<String> OWN = Set.of("TX", "MATCHED_VAR", "MATCHED_VARS", "RULE");

    private Exclusions() {}

    /** A rule and what it matched. */
    private record Match(long rule, String target) {}

    /**
     * A suggestion.
     *
     * @param matches in how many requests
     * @param clients from how many addresses: many speak for a false alarm, one for an attack
     */
    public record Suggestion(long rule, String target, String message, int matches, int clients) {
        /** The directive that excludes the target from the rule. */
        public String directive() {
            return "SecRuleUpdateTargetById " + rule + " \"!" + target + "\"";
        }
    }

    /** What was counted. */
    private static final class Count {
        private final Set<String> clients = new HashSet<>();
        private String message = "";
        private int matches;
    }

    /** Suggestions, those with the most clients first. */
    public static List<Suggestion> read(InputStream log) throws IOException {
        Map<Match, Count> counts = new HashMap<>();
        try (MappingIterator<JsonNode> entries = JSON.readerFor(JsonNode.class).readValues(log)) {
            while (entries.hasNext()) {
                count(entries.next(), counts);
            }
        }
        return counts.entrySet().stream()
                .map(entry -> new Suggestion(
                        entry.getKey().rule(),
                        entry.getKey().target(),
                        entry.getValue().message,
                        entry.getValue().matches,
                        entry.getValue().clients.size()))
                .sorted(Comparator.comparingInt(Suggestion::clients)
                        .thenComparingInt(Suggestion::matches)
                        .reversed()
                        .thenComparingLong(Suggestion::rule)
                        .thenComparing(Suggestion::target))
                .toList();
    }

    private static void count(JsonNode entry, Map<Match, Count> counts) {
        String client = entry.path("transaction").path("client_ip").asText();
        for (JsonNode message : entry.path("messages")) {
            JsonNode data = message.path("data");
            String target = data.path("variable").asText();
            int colon = target.indexOf(':');
            String variable = colon < 0 ? target : target.substring(0, colon);
            if (target.isEmpty() || target.startsWith("&") || OWN.contains(variable)) {
                continue;
            }
            Match match = new Match(data.path("id").asLong(), target.replace("\"", "\\\""));
            Count count = counts.computeIfAbsent(match, key -> new Count());
            count.message = data.path("msg").asText();
            count.clients.add(client);
            count.matches++;
        }
    }
}
