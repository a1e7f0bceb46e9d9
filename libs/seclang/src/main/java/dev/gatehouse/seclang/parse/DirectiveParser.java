package dev.gatehouse.seclang.parse;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Reads one logical line. Arguments are separated by white space, and may be quoted by ", ' or `, where a backslash escapes the quote. */
final class DirectiveParser {
    private final Span line;
    private int at;

    private DirectiveParser(Span line) {
        this.line = line;
    }

    static Directive parse(Span line) throws SecLangException {
        return new DirectiveParser(line).directive();
    }

    private Directive directive() throws SecLangException {
        Span name = word();
        return switch (name.text().toLowerCase(Locale.ROOT)) {
            case "secrule" -> rule(name);
            case "secaction", "secdefaultaction" -> {
                Span list = argument(name, "a quoted list of actions");
                end(name);
                yield new Directive.ActionList(name, ListParser.actions(list));
            }
            default -> {
                List<Span> arguments = new ArrayList<>();
                while (more()) {
                    arguments.add(next());
                }
                yield new Directive.Setting(name, arguments);
            }
        };
    }

    private Directive rule(Span name) throws SecLangException {
        Span targets = argument(name, "variables, an operator and actions");
        Span operator = argument(name, "an operator after the variables " + targets);
        List<ActionText> actions = more() ? ListParser.actions(next()) : List.of();
        end(name);
        return new Directive.SecRule(name, ListParser.targets(targets), operator(operator), actions);
    }

    /** {@code !@name argument}, each part optional. */
    private static OperatorText operator(Span text) throws SecLangException {
        Span rest = text.trim();
        boolean negated = rest.length() > 0 && rest.charAt(0) == '!';
        if (negated) {
            rest = rest.sub(1, rest.length()).trim();
        }
        if (rest.length() == 0 || rest.charAt(0) != '@') {
            return new OperatorText(negated, Optional.empty(), rest);
        }
        int end = 1;
        while (end < rest.length() && !Span.isBlank(rest.charAt(end))) {
            end++;
        }
        if (end == 1) {
            throw rest.error("@ without a name (expected: an operator as in \"@rx pattern\")");
        }
        return new OperatorText(
                negated,
                Optional.of(rest.sub(1, end)),
                rest.sub(end, rest.length()).trim());
    }

    private Span argument(Span directive, String expected) throws SecLangException {
        if (!more()) {
            throw line.error(line.length(), directive + " ends too early (expected: " + expected + ")");
        }
        return next();
    }

    private void end(Span directive) throws SecLangException {
        if (more()) {
            Span surplus = line.sub(at, line.length());
            String shown = surplus.text().length() > 40 ? surplus.text().substring(0, 40) + "…" : surplus.text();
            throw surplus.error("\"" + shown + "\" after the last argument of " + directive
                    + " (expected: the end of the line; is a quote missing?)");
        }
    }

    /** Skips white space. */
    private boolean more() {
        while (at < line.length() && Span.isBlank(line.charAt(at))) {
            at++;
        }
        return at < line.length();
    }

    private Span next() throws SecLangException {
        char quote = line.charAt(at);
        if (quote != '"' && quote != '\'' && quote != '`') {
            return word();
        }
        int start = ++at;
        while (at < line.length() && line.charAt(at) != quote) {
            at += line.charAt(at) == '\\' ? 2 : 1;
        }
        if (at >= line.length()) {
            throw line.error(
                    start - 1, "a quote is opened and not closed (expected: " + quote + " before the end of the line)");
        }
        Span quoted = line.sub(start, at).unescape(quote);
        at++;
        if (at < line.length() && !Span.isBlank(line.charAt(at))) {
            throw line.error(
                    at,
                    "'" + line.charAt(at) + "' right after a closing quote (expected: white space; a " + quote
                            + " inside of quotes is written \\" + quote + ")");
        }
        return quoted;
    }

    private Span word() throws SecLangException {
        int start = at;
        while (at < line.length() && !Span.isBlank(line.charAt(at))) {
            at++;
        }
        Span word = line.sub(start, at);
        if (word.text().equals("\\")) {
            throw word.error(
                    "a backslash by itself (expected: the end of the line right after it, if the next line belongs to this one)");
        }
        return word;
    }
}
