package dev.gatehouse.shutdown;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Options of the form {@code --name=value}. */
final class Options {
    private static final Pattern OPTION = Pattern.compile("--([a-z-]+)=(.*)");
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    private final Map<String, String> values = new HashMap<>();

    /** @throws IllegalArgumentException if an argument is not an option with a name in {@code known} */
    Options(List<String> arguments, Set<String> known) {
        for (String argument : arguments) {
            Matcher option = OPTION.matcher(argument);
            if (!option.matches() || !known.contains(option.group(1))) {
                throw new IllegalArgumentException("\"" + argument
                        + "\" is not known (expected: --NAME=VALUE with one of " + new TreeSet<>(known) + ")");
            }
            values.put(option.group(1), option.group(2));
        }
    }

    Duration duration(String name, Duration otherwise) {
        String text = values.get(name);
        if (text == null) {
            return otherwise;
        }
        Matcher form = DURATION.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException(
                    "--" + name + ": \"" + text + "\" is not a duration (expected: for example 500ms, 60s, 2m or 1h)");
        }
        long amount = Long.parseLong(form.group(1));
        return switch (form.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            default -> Duration.ofHours(amount);
        };
    }

    int count(String name, int otherwise) {
        String text = values.get(name);
        if (text == null) {
            return otherwise;
        }
        if (!text.matches("\\d{1,9}")) {
            throw new IllegalArgumentException(
                    "--" + name + ": \"" + text + "\" is not a number (expected: 0 or more)");
        }
        return Integer.parseInt(text);
    }
}
