package dev.gatehouse.seclangtools.exclusions;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Counts matches of an audit log in {@code SecAuditLogFormat JSON}: a record a line, maybe among lines that are something else, as in the
 * log of a service that writes its audit log to the standard output.
 */
public final class Exclusions {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Scores and counts are no targets of a client's. */
    private static final Set<String> OWN = Set.of("TX", "MATCHED_VAR", "MATCHED_VARS", "RULE");

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_.-]+");

    private Exclusions() {}

    /** A rule and a target that it matched. */
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

    /** The counts of a match. */
    private static final class Count {
        private final Set<String> clients = new HashSet<>();
        private String message = "";
        private int matches;
    }

    /**
     * The content of a log.
     *
     * @param suggestions those with the most clients first
     * @param records of transactions
     * @param others lines that are none
     */
    public record Result(List<Suggestion> suggestions, int records, int others) {
        public Result {
            suggestions = List.copyOf(suggestions);
        }
    }

    /** Reads a log to its end. */
    public static Result read(InputStream log) throws IOException {
        Map<Match, Count> counts = new HashMap<>();
        int records = 0;
        int others = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(log, StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Optional<JsonNode> record = record(line);
                if (record.isPresent()) {
                    records++;
                    count(record.get(), counts);
                } else if (!line.isBlank()) {
                    others++;
                }
            }
        }
        return new Result(suggestions(counts), records, others);
    }

    private static Optional<JsonNode> record(String line) {
        int start = line.indexOf('{');
        if (start < 0) {
            return Optional.empty();
        }
        try {
            // A log collector may have added text before the JSON.
            return Optional.of(JSON.readTree(line.substring(start)))
                    .filter(node -> node.path("transaction").isObject());
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
    }

    private static List<Suggestion> suggestions(Map<Match, Count> counts) {
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
            Match match = new Match(
                    data.path("id").asLong(), colon < 0 ? target : variable + ":" + key(target.substring(colon + 1)));
            Count count = counts.computeIfAbsent(match, key -> new Count());
            count.message = data.path("msg").asText();
            count.clients.add(client);
            count.matches++;
        }
    }

    /**
     * The key of an argument. Clients choose the names of arguments, so a name that is not a plain word is written as
     * an expression that matches exactly this name.
     */
    private static String key(String name) {
        if (PLAIN.matcher(name).matches()) {
            return name;
        }
        StringBuilder expression = new StringBuilder("/^");
        for (byte each : name.getBytes(StandardCharsets.UTF_8)) {
            int unsigned = each & 0xff;
            boolean plain = unsigned < 0x80 && Character.isLetterOrDigit(unsigned);
            expression.append(plain ? Character.toString(unsigned) : String.format(Locale.ROOT, "\\x%02x", unsigned));
        }
        return expression.append("$/").toString();
    }
}
