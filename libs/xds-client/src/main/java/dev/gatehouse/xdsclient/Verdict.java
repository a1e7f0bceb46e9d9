package dev.gatehouse.xdsclient;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A service's verdict on an update. */
public sealed interface Verdict {
    /** Each resource of the update is in use: ACK. */
    record Accepted() implements Verdict {}

    /**
     * Some resources are refused and keep their last good versions; the others are in use: NACK.
     *
     * @param problems the errors by resource name, one per line; they appear in the status of the user's object
     */
    record Rejected(Map<String, String> problems) implements Verdict {
        public Rejected {
            if (problems.isEmpty() || problems.values().stream().anyMatch(String::isBlank)) {
                throw new IllegalArgumentException(
                        "problems: " + problems + " (expected: what is wrong with at least one resource)");
            }
            problems = Collections.unmodifiableMap(new TreeMap<>(problems));
        }

        /** All problems: each line begins with the name of its resource. */
        public String message() {
            return problems.entrySet().stream()
                    .map(problem -> lines(problem.getKey(), problem.getValue()))
                    .collect(Collectors.joining("\n"));
        }

        static String lines(String resource, String problem) {
            return problem.lines().map(line -> resource + ": " + line).collect(Collectors.joining("\n"));
        }
    }

    /** Accepted without problems, else rejected. */
    static Verdict of(Map<String, String> problems) {
        return problems.isEmpty() ? new Accepted() : new Rejected(problems);
    }
}
