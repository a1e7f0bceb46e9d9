package dev.gatehouse.seclang.operator;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A regular expression over bytes, in RE2's syntax, matched in linear time: what cannot be (back references, look-around) is refused
 * when it is compiled. A dot matches line feeds too, as in ModSecurity.
 */
public final class RegularExpression {
    private static final int LAST_GROUP = 9;

    private final Pattern pattern;

    private RegularExpression(Pattern pattern) {
        this.pattern = pattern;
    }

    /** An error about the span if it is no expression, or one whose program would be too large. */
    public static RegularExpression compile(Span span) throws SecLangException {
        return compile(span, Pattern.DOTALL);
    }

    /** For names, which are compared without regard to case. */
    public static RegularExpression compileIgnoringCase(Span span) throws SecLangException {
        return compile(span, Pattern.DOTALL | Pattern.CASE_INSENSITIVE);
    }

    private static RegularExpression compile(Span span, int flags) throws SecLangException {
        String bytes = Bytes.utf8(span.text()).toString();
        PatternSize.check(span, bytes);
        try {
            return new RegularExpression(Pattern.compile(bytes, flags));
        } catch (PatternSyntaxException e) {
            throw span.error("\"" + shown(span.text()) + "\" is no regular expression: " + e.getDescription()
                    + " (expected: RE2 syntax, without look-around and back references)");
        }
    }

    static Operator operator(Span argument) throws SecLangException {
        RegularExpression expression = compile(argument);
        return (value, context) ->
                context.capturing() ? expression.findWithGroups(value, context) : expression.isFoundIn(value);
    }

    /** {@code @rxGlobal}: each match is one of {@code TX:0} to {@code TX:9}. */
    static Operator globalOperator(Span argument) throws SecLangException {
        RegularExpression expression = compile(argument);
        return (value, context) -> {
            if (!context.capturing()) {
                return expression.isFoundIn(value);
            }
            List<Bytes> found = expression.all(value, LAST_GROUP + 1);
            for (int i = 0; i < found.size(); i++) {
                context.capture(i, found.get(i));
            }
            return !found.isEmpty();
        };
    }

    /** The first so many matches, none inside of another. */
    public List<Bytes> all(Bytes value, int most) {
        List<Bytes> found = new ArrayList<>();
        Matcher matcher = pattern.matcher(value);
        while (found.size() < most && matcher.find()) {
            found.add(value.slice(matcher.start(), matcher.end()));
        }
        return found;
    }

    /** The groups of the first match, from 1; empty groups are empty. None: it does not match. */
    public Optional<List<Bytes>> groups(Bytes value) {
        Matcher matcher = pattern.matcher(value);
        if (!matcher.find()) {
            return Optional.empty();
        }
        List<Bytes> groups = new ArrayList<>();
        for (int group = 1; group <= matcher.groupCount(); group++) {
            boolean set = matcher.start(group) >= 0;
            groups.add(set ? value.slice(matcher.start(group), matcher.end(group)) : Bytes.EMPTY);
        }
        return Optional.of(groups);
    }

    /** Whether it matches anywhere. */
    public boolean isFoundIn(Bytes value) {
        return pattern.matcher(value).find();
    }

    private boolean findWithGroups(Bytes value, MatchContext context) {
        Matcher matcher = pattern.matcher(value);
        if (!matcher.find()) {
            return false;
        }
        for (int group = 0; group <= Math.min(matcher.groupCount(), LAST_GROUP); group++) {
            boolean set = matcher.start(group) >= 0;
            context.capture(group, set ? value.slice(matcher.start(group), matcher.end(group)) : Bytes.EMPTY);
        }
        return true;
    }

    private static String shown(String pattern) {
        return pattern.length() > 80 ? pattern.substring(0, 80) + "…" : pattern;
    }
}
