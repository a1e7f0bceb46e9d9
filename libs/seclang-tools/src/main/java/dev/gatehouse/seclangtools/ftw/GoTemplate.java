package dev.gatehouse.seclangtools.ftw;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Go's text templates as far as tests use them: pipelines of literals and of functions that sprig has for strings, as in
 * <code>{{ "a" | repeat 100 }}</code>.
 */
final class GoTemplate {
    private static final int LONGEST = 64 << 20;

    private GoTemplate() {}

    private static final class NotATemplate extends Exception {
        private static final long serialVersionUID = 1L;

        NotATemplate() {
            super("", null, false, false);
        }
    }

    /** Empty if the text is no template that can be run: go-ftw then sends no data. */
    static Optional<String> expand(String text) {
        StringBuilder expanded = new StringBuilder();
        int at = 0;
        try {
            for (int open = text.indexOf("{{"); open >= 0; open = text.indexOf("{{", at)) {
                int close = text.indexOf("}}", open);
                if (close < 0) {
                    return Optional.empty();
                }
                String action = text.substring(open + 2, close);
                String before = text.substring(at, open);
                expanded.append(action.startsWith("- ") ? before.stripTrailing() : before);
                boolean trimsAfter = action.endsWith(" -");
                String inner =
                        action.substring(action.startsWith("- ") ? 2 : 0, action.length() - (trimsAfter ? 2 : 0));
                if (!inner.strip().startsWith("/*")) {
                    expanded.append(pipeline(inner.strip()));
                }
                at = close + 2;
                while (trimsAfter && at < text.length() && Character.isWhitespace(text.charAt(at))) {
                    at++;
                }
            }
        } catch (NotATemplate e) {
            return Optional.empty();
        }
        return Optional.of(expanded.append(text.substring(at)).toString());
    }

    private static String pipeline(String text) throws NotATemplate {
        Optional<String> piped = Optional.empty();
        for (List<String> command : commands(text)) {
            List<String> arguments = new ArrayList<>(command.subList(1, command.size()));
            piped.ifPresent(arguments::add);
            String first = command.getFirst();
            piped = Optional.of(
                    isLiteral(first) && arguments.isEmpty() ? literal(first) : call(first, literals(arguments, piped)));
        }
        return piped.orElseThrow(NotATemplate::new);
    }

    /** The last argument may have come through the pipe: it is a value already. */
    private static List<String> literals(List<String> arguments, Optional<String> piped) throws NotATemplate {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            boolean value = piped.isPresent() && i == arguments.size() - 1;
            values.add(value ? arguments.get(i) : literal(arguments.get(i)));
        }
        return values;
    }

    private static List<List<String>> commands(String text) throws NotATemplate {
        List<List<String>> commands = new ArrayList<>();
        List<String> words = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            char c = text.charAt(at);
            if (c == '|') {
                commands.add(words);
                words = new ArrayList<>();
                at++;
            } else if (Character.isWhitespace(c)) {
                at++;
            } else {
                int end = at + 1;
                if (c == '"' || c == '`') {
                    while (end < text.length() && text.charAt(end) != c) {
                        end += c == '"' && text.charAt(end) == '\\' ? 2 : 1;
                    }
                    end++;
                } else {
                    while (end < text.length()
                            && !Character.isWhitespace(text.charAt(end))
                            && text.charAt(end) != '|') {
                        end++;
                    }
                }
                if (end > text.length()) {
                    throw new NotATemplate();
                }
                words.add(text.substring(at, end));
                at = end;
            }
        }
        commands.add(words);
        if (commands.stream().anyMatch(List::isEmpty)) {
            throw new NotATemplate();
        }
        return commands;
    }

    private static boolean isLiteral(String word) {
        return word.startsWith("\"") || word.startsWith("`") || Character.isDigit(word.charAt(0));
    }

    private static String literal(String word) throws NotATemplate {
        if (word.startsWith("`")) {
            return word.substring(1, word.length() - 1);
        }
        if (word.startsWith("\"")) {
            try {
                return word.substring(1, word.length() - 1).translateEscapes();
            } catch (IllegalArgumentException e) {
                throw new NotATemplate();
            }
        }
        if (!isLiteral(word)) {
            throw new NotATemplate();
        }
        return word;
    }

    private static String call(String name, List<String> values) throws NotATemplate {
        return switch (name + "/" + values.size()) {
            case "repeat/2" -> repeat(number(values.get(0)), values.get(1));
            case "upper/1" -> values.getFirst().toUpperCase(Locale.ROOT);
            case "lower/1" -> values.getFirst().toLowerCase(Locale.ROOT);
            case "trim/1" -> values.getFirst().strip();
            case "trunc/2" ->
                values.get(1)
                        .substring(
                                0, Math.min(number(values.get(0)), values.get(1).length()));
            case "replace/3" -> values.get(2).replace(values.get(0), values.get(1));
            case "b64enc/1" ->
                Base64.getEncoder().encodeToString(values.getFirst().getBytes(StandardCharsets.UTF_8));
            case "b64dec/1" -> new String(Base64.getMimeDecoder().decode(values.getFirst()), StandardCharsets.UTF_8);
            case "env/1" ->
                Optional.ofNullable(System.getenv(values.getFirst())).orElse("");
            case "print/1", "toString/1" -> values.getFirst();
            default -> throw new NotATemplate();
        };
    }

    private static String repeat(int times, String text) throws NotATemplate {
        if ((long) times * text.length() > LONGEST) {
            throw new NotATemplate();
        }
        return text.repeat(times);
    }

    private static int number(String text) throws NotATemplate {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw new NotATemplate();
        }
    }
}
