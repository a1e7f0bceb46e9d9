package dev.gatehouse.gatewayapi.merge;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.gatehouse.gatewayapi.merge.JsonPath.Selector;
import dev.gatehouse.gatewayapi.merge.JsonPath.Step;
import dev.gatehouse.gatewayapi.merge.JsonPathFilter.Comparison;
import dev.gatehouse.gatewayapi.merge.JsonPathFilter.Operand;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the text of a JSONPath, from left to right. */
final class JsonPathText {
    private static final int MAX_LENGTH = 4096;
    private static final int MAX_DEPTH = 32;

    /** The comparisons. A longer operator is tried before its prefixes. */
    private static final Map<String, Comparison> COMPARISONS = Map.of(
            "==", Comparison.EQUAL,
            "!=", Comparison.UNEQUAL,
            "<=", Comparison.LESS_OR_EQUAL,
            ">=", Comparison.GREATER_OR_EQUAL,
            "<", Comparison.LESS,
            ">", Comparison.GREATER);

    private static final List<String> OPERATORS = List.of("==", "!=", "<=", ">=", "<", ">");

    private final String text;
    private int at;
    private int depth;

    JsonPathText(String text) throws PatchFailure {
        this.text = text;
        if (text.length() > MAX_LENGTH) {
            throw new PatchFailure(text.length() + " characters (expected: at most " + MAX_LENGTH + ")");
        }
    }

    /** The whole text as a path. */
    List<Step> path() throws PatchFailure {
        boolean rooted = take("$");
        List<Step> steps = new ArrayList<>();
        if (!rooted && at < text.length() && ".[".indexOf(text.charAt(at)) < 0) {
            steps.add(new Step.Children(List.of(member(false))));
        }
        steps.addAll(steps(false));
        if (at < text.length()) {
            throw expected("'.' or '['");
        }
        if (steps.isEmpty()) {
            throw new PatchFailure("\"" + text + "\" is the whole resource (expected: what is below it)");
        }
        return steps;
    }

    private List<Step> steps(boolean inFilter) throws PatchFailure {
        List<Step> steps = new ArrayList<>();
        while (true) {
            if (take("..")) {
                steps.add(new Step.Descendants(peek("[") ? brackets() : List.of(member(inFilter))));
            } else if (take(".")) {
                steps.add(new Step.Children(peek("[") ? brackets() : List.of(member(inFilter))));
            } else if (peek("[")) {
                steps.add(new Step.Children(brackets()));
            } else if (peek("*") && !inFilter) {
                steps.add(new Step.Children(List.of(member(false))));
            } else {
                return steps;
            }
        }
    }

    /** A name without quotes, or all. */
    private Selector member(boolean inFilter) throws PatchFailure {
        if (take("*")) {
            return new Selector.All();
        }
        int start = at;
        String end = inFilter ? ".[]()=!<>&|,*'\"$@ \t\n" : ".[]*$";
        while (at < text.length() && end.indexOf(text.charAt(at)) < 0) {
            at++;
        }
        if (at == start) {
            throw expected("a name");
        }
        return new Selector.Name(text.substring(start, at));
    }

    private List<Selector> brackets() throws PatchFailure {
        expect("[");
        List<Selector> selectors = new ArrayList<>();
        do {
            space();
            selectors.add(selector());
            space();
        } while (take(","));
        expect("]");
        return selectors;
    }

    private Selector selector() throws PatchFailure {
        if (take("*")) {
            return new Selector.All();
        }
        if (take("?")) {
            return new Selector.Filter(either());
        }
        if (peek("'") || peek("\"")) {
            return new Selector.Name(quoted());
        }
        Integer start = integer();
        space();
        if (!take(":")) {
            if (start == null) {
                throw expected("an index, a name in quotes, '*' or '?'");
            }
            return new Selector.Index(start);
        }
        space();
        Integer end = integer();
        space();
        Integer step = take(":") ? integer() : null;
        return new Selector.Slice(start, end, step == null ? 1 : step);
    }

    private JsonPathFilter either() throws PatchFailure {
        JsonPathFilter left = both();
        while (take("||")) {
            left = new JsonPathFilter.Or(left, both());
        }
        return left;
    }

    private JsonPathFilter both() throws PatchFailure {
        JsonPathFilter left = condition();
        while (take("&&")) {
            left = new JsonPathFilter.And(left, condition());
        }
        return left;
    }

    private JsonPathFilter condition() throws PatchFailure {
        if (++depth > MAX_DEPTH) {
            throw expected("at most " + MAX_DEPTH + " conditions in each other");
        }
        space();
        JsonPathFilter condition = unspaced();
        space();
        depth--;
        return condition;
    }

    private JsonPathFilter unspaced() throws PatchFailure {
        if (take("!")) {
            return new JsonPathFilter.Not(condition());
        }
        if (take("(")) {
            JsonPathFilter inner = either();
            expect(")");
            return inner;
        }
        for (String function : List.of("match", "search")) {
            if (take(function + "(")) {
                space();
                Operand value = operand();
                space();
                expect(",");
                space();
                Pattern pattern = pattern();
                space();
                expect(")");
                return new JsonPathFilter.Matches(value, pattern, function.equals("match"));
            }
        }
        Operand left = operand();
        space();
        if (take("=~") || take("~=")) {
            space();
            return new JsonPathFilter.Matches(left, pattern(), false);
        }
        if (take("in ") || take("in[")) {
            if (text.charAt(at - 1) != '[') {
                space();
                expect("[");
            }
            return new JsonPathFilter.In(left, list());
        }
        for (String operator : OPERATORS) {
            Comparison comparison = COMPARISONS.get(operator);
            if (comparison != null && take(operator)) {
                space();
                return new JsonPathFilter.Compares(left, comparison, operand());
            }
        }
        if (left instanceof Operand.Path path) {
            return new JsonPathFilter.Exists(path);
        }
        throw expected("a comparison");
    }

    /** What stands in a list, up to its end. */
    private List<Operand> list() throws PatchFailure {
        List<Operand> list = new ArrayList<>();
        do {
            space();
            list.add(operand());
            space();
        } while (take(","));
        expect("]");
        return list;
    }

    private Pattern pattern() throws PatchFailure {
        String expression;
        if (take("/")) {
            int end = text.indexOf('/', at);
            if (end < 0) {
                throw expected("'/' at the end of the expression");
            }
            expression = text.substring(at, end);
            at = end + 1;
        } else {
            expression = quoted();
        }
        try {
            return Pattern.compile(expression);
        } catch (PatternSyntaxException e) {
            throw new PatchFailure("\"" + expression + "\" is not a regular expression: " + e.getMessage());
        }
    }

    private Operand operand() throws PatchFailure {
        if (take("length(")) {
            space();
            Operand of = operand();
            space();
            expect(")");
            return new Operand.Length(of);
        }
        boolean count = take("count(");
        if (count || take("value(")) {
            space();
            Operand of = operand();
            space();
            expect(")");
            if (!(of instanceof Operand.Path path)) {
                throw expected("a path");
            }
            return count ? new Operand.Count(path) : path;
        }
        if (peek("@") || peek("$")) {
            boolean absolute = text.charAt(at) == '$';
            at++;
            return new Operand.Path(absolute, steps(true));
        }
        if (peek("'") || peek("\"")) {
            return new Operand.Literal(quoted());
        }
        for (Map.Entry<String, Boolean> word :
                Map.of("true", true, "false", false).entrySet()) {
            if (take(word.getKey())) {
                return new Operand.Literal(word.getValue());
            }
        }
        if (take("null")) {
            return new Operand.Literal(null);
        }
        return new Operand.Literal(number());
    }

    private Double number() throws PatchFailure {
        int start = at;
        while (at < text.length() && "+-.eE0123456789".indexOf(text.charAt(at)) >= 0) {
            at++;
        }
        try {
            return Double.valueOf(text.substring(start, at));
        } catch (NumberFormatException e) {
            at = start;
            throw expected("a path that begins with '@' or '$', a text in quotes, a number, true, false or null");
        }
    }

    private @Nullable Integer integer() throws PatchFailure {
        int start = at;
        take("-");
        while (at < text.length() && Character.isDigit(text.charAt(at))) {
            at++;
        }
        if (at == start) {
            return null;
        }
        try {
            return Integer.valueOf(text.substring(start, at));
        } catch (NumberFormatException e) {
            at = start;
            throw expected("an index");
        }
    }

    private String quoted() throws PatchFailure {
        if (!peek("'") && !peek("\"")) {
            throw expected("a text in quotes");
        }
        char quote = text.charAt(at++);
        StringBuilder content = new StringBuilder();
        while (at < text.length() && text.charAt(at) != quote) {
            char next = text.charAt(at++);
            if (next == '\\' && at < text.length()) {
                char escaped = text.charAt(at++);
                switch (escaped) {
                    case 'n' -> content.append('\n');
                    case 't' -> content.append('\t');
                    case 'r' -> content.append('\r');
                    case '\\', '\'', '"', '/' -> content.append(escaped);
                    // A regular expression in quotes may be written with single backslashes.
                    default -> content.append('\\').append(escaped);
                }
            } else {
                content.append(next);
            }
        }
        if (at == text.length()) {
            throw expected(quote + " at the end of the text");
        }
        at++;
        return content.toString();
    }

    private void space() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean peek(String word) {
        return text.startsWith(word, at);
    }

    private boolean take(String word) {
        boolean there = peek(word);
        if (there) {
            at += word.length();
        }
        return there;
    }

    private void expect(String word) throws PatchFailure {
        if (!take(word)) {
            throw expected("'" + word + "'");
        }
    }

    private PatchFailure expected(String what) {
        return new PatchFailure(
                "\"" + text + "\" is not a JSONPath at character " + (at + 1) + " (expected: " + what + ")");
    }
}
