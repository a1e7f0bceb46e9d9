package dev.gatehouse.seclang.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads lists of variables ({@code A|!B:key|&C}) and of actions ({@code id:1,msg:'two, three',deny}). */
final class ListParser {
    private ListParser() {}

    static List<TargetText> targets(Span list) throws SecLangException {
        List<TargetText> targets = new ArrayList<>();
        int from = 0;
        while (from <= list.length()) {
            int to = endOfTarget(list, from);
            targets.add(target(list.sub(from, to).trim()));
            from = to + 1;
        }
        return targets;
    }

    /** What ModSecurity 2 may have in place of a bar: a comma before a variable. Others belong to a key. */
    private static final Pattern COMMA = Pattern.compile(",\\s*[!&]*[A-Z][A-Z0-9_]*\\s*(?=[:|,]|$)");

    /** The next bar, or comma in its place, that is not inside of quotes or of a pattern between slashes. */
    private static int endOfTarget(Span list, int from) throws SecLangException {
        int i = from;
        while (i < list.length() && list.charAt(i) != '|' && !isSeparatingComma(list, i)) {
            if (list.charAt(i) != ':') {
                i++;
                continue;
            }
            boolean quoted = i + 1 < list.length() && list.charAt(i + 1) == '\'';
            int opening = quoted ? i + 2 : i + 1;
            if (opening < list.length()
                    && list.charAt(opening) == '/'
                    && !isPath(list, opening)
                    && !isXml(list.text().substring(from, i))) {
                i = endOfPattern(list, opening) + 1;
            } else {
                i = opening;
            }
            if (quoted) {
                i = list.text().indexOf('\'', i);
                if (i < 0) {
                    throw list.error(opening - 1, "a quote is opened and not closed (expected: ' after the key)");
                }
                i++;
            }
        }
        return i;
    }

    private static boolean isSeparatingComma(Span list, int at) {
        return list.charAt(at) == ','
                && COMMA.matcher(list.text()).region(at, list.length()).lookingAt();
    }

    /** {@code XML:/*} and {@code XML://@*} are XPath, not patterns. */
    private static boolean isPath(Span list, int slash) {
        return list.text().startsWith("/*", slash) || list.text().startsWith("//", slash);
    }

    /** The keys of documents are XPath, which begins with a slash. */
    private static boolean isXml(String variable) {
        String upper = variable.toUpperCase(Locale.ROOT);
        return upper.endsWith("XML") && upper.matches("[&!\\s]*(REQUEST_|RESPONSE_)?XML");
    }

    private static int endOfPattern(Span list, int opening) throws SecLangException {
        for (int i = opening + 1; i < list.length(); i++) {
            if (list.charAt(i) == '\\') {
                i++;
            } else if (list.charAt(i) == '/') {
                return i;
            }
        }
        throw list.error(opening, "a pattern is opened and not closed (expected: / after it, \\/ inside of it)");
    }

    private static TargetText target(Span text) throws SecLangException {
        boolean count = false;
        boolean exclude = false;
        Span rest = text;
        while (rest.length() > 0 && (rest.charAt(0) == '&' || rest.charAt(0) == '!')) {
            count |= rest.charAt(0) == '&';
            exclude |= rest.charAt(0) == '!';
            rest = rest.sub(1, rest.length());
        }
        if (count && exclude) {
            throw text.error("\"" + text + "\" counts and excludes (expected: & or !, not both)");
        }
        int colon = rest.text().indexOf(':');
        Span name = colon < 0 ? rest : rest.sub(0, colon);
        if (name.length() == 0) {
            throw text.error("\"" + text
                    + "\" names no variable (expected: names separated by |, as in ARGS|REQUEST_HEADERS:Host)");
        }
        if (colon < 0) {
            return new TargetText(count, exclude, name, Optional.empty(), false);
        }
        Span key = unquote(rest.sub(colon + 1, rest.length()));
        if (key.length() == 0) {
            throw rest.error("\"" + rest + "\" ends after the colon (expected: a key, or /a pattern/)");
        }
        boolean pattern = key.length() > 1
                && key.charAt(0) == '/'
                && key.charAt(key.length() - 1) == '/'
                && !isPath(key, 0)
                && !isXml(name.text());
        Span plain = pattern ? key.sub(1, key.length() - 1).unescape('/') : key;
        return new TargetText(count, exclude, name, Optional.of(plain), pattern);
    }

    static List<ActionText> actions(Span list) throws SecLangException {
        List<ActionText> actions = new ArrayList<>();
        int from = 0;
        while (from <= list.length()) {
            int to = endOfAction(list, from);
            Span text = list.sub(from, to).trim();
            if (text.length() > 0) {
                actions.add(action(text));
            } else if (to < list.length()) {
                throw list.error(
                        to, "a comma without an action before it (expected: actions separated by single commas)");
            }
            from = to + 1;
        }
        return actions;
    }

    private static int endOfAction(Span list, int from) throws SecLangException {
        int i = from;
        int opened = -1;
        while (i < list.length() && (opened >= 0 || list.charAt(i) != ',')) {
            char c = list.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == '\'') {
                opened = opened >= 0 ? -1 : i;
            }
            i++;
        }
        if (opened >= 0) {
            throw list.error(
                    opened, "a quote is opened and not closed (expected: ' at the end of the value; inside of it \\')");
        }
        return Math.min(i, list.length());
    }

    private static ActionText action(Span text) {
        int colon = text.text().indexOf(':');
        return colon < 0
                ? new ActionText(text, Optional.empty())
                : new ActionText(
                        text.sub(0, colon).trim(),
                        Optional.of(unquote(text.sub(colon + 1, text.length()).trim())));
    }

    private static Span unquote(Span text) {
        boolean quoted = text.length() > 1 && text.charAt(0) == '\'' && text.charAt(text.length() - 1) == '\'';
        return quoted ? text.sub(1, text.length() - 1).unescape('\'') : text;
    }
}
