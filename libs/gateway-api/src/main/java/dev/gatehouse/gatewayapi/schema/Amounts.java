package dev.gatehouse.gatewayapi.schema;

import dev.gatehouse.gatewayapi.yaml.Node;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The amounts that rules compare: integers, and durations in nanoseconds. */
final class Amounts {
    private static final Pattern PART = Pattern.compile("(\\d{1,5})(h|ms|m|s)");
    private static final Pattern DURATION = Pattern.compile("(?:\\d{1,5}(?:h|ms|m|s)){1,4}");

    private Amounts() {}

    /** Empty: the node is no such amount. */
    static Optional<Long> of(Node node, boolean duration) {
        return switch (node) {
            case Node.Scalar scalar
            when duration && scalar.type() == Node.Scalar.Type.STRING -> nanoseconds(scalar.text());
            case Node.Scalar scalar when !duration -> scalar.whole();
            default -> Optional.empty();
        };
    }

    /** Gateway API's duration (GEP-2257). */
    static Optional<Long> nanoseconds(String text) {
        if (!DURATION.matcher(text).matches()) {
            return Optional.empty();
        }
        long sum = 0;
        Matcher part = PART.matcher(text);
        while (part.find()) {
            sum += Long.parseLong(part.group(1))
                    * switch (part.group(2)) {
                        case "h" -> 3_600_000_000_000L;
                        case "m" -> 60_000_000_000L;
                        case "s" -> 1_000_000_000L;
                        default -> 1_000_000L;
                    };
        }
        return Optional.of(sum);
    }
}
