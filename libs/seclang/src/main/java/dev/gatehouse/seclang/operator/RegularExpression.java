package dev.gatehouse.seclang.operator;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.SecLangException;
import dev.gatehouse.seclang.parse.Span;
import dev.gatehouse.seclang.regex.AutomatonMemory;
import dev.gatehouse.seclang.regex.Patterns;
import dev.gatehouse.seclang.regex.Regex;
import dev.gatehouse.seclang.regex.RegexSet;
import dev.gatehouse.seclang.regex.RegexSyntaxException;
import dev.gatehouse.seclang.variable.Macro;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A regular expression over bytes. A dot matches line feeds too, as in ModSecurity. Matching takes linear time, except
 * for look-around, back references and atomic groups, whose steps are limited ({@code SecPcreMatchLimit}).
 */
public final class RegularExpression {
    private static final int LAST_GROUP = 9;

    /** With whatever stands between digits. */
    private static final int LONGEST_NUMBER = 64;

    /** Of expressions in names of targets and the like, which no directive limits. */
    private static final long STEPS = 1_000_000;

    /** All expressions of the process share it: what texts make of automata is a cache. */
    static final AutomatonMemory MEMORY = new AutomatonMemory(64L << 20);

    private static final Shared<Source, RegularExpression> KNOWN = new Shared<>(5_000);

    /** Of {@code @rx}: ModSecurity 3 and Coraza set it for every rule; ModSecurity 2 does not. */
    private static final Set<Regex.Flag> RULE = Set.of(Regex.Flag.MULTI_LINE);

    private final Regex regex;

    /** @param patterns where it was compiled: what others make is theirs */
    private record Source(String pattern, Set<Regex.Flag> flags, Patterns patterns) {
        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Source source
                    && pattern.equals(source.pattern)
                    && flags.equals(source.flags)
                    && patterns == source.patterns;
        }

        /** Written out, as what the JDK makes of a record costs a fresh process some milliseconds. */
        @Override
        public int hashCode() {
            return pattern.hashCode();
        }
    }

    private RegularExpression(Regex regex) {
        this.regex = regex;
    }

    /** An error about the place in the span if it is no expression, or one whose program would be too large. */
    public static RegularExpression compile(Span span) throws SecLangException {
        return compile(span, Set.of(), Patterns.ANEW);
    }

    /** For names, which are compared without regard to case. */
    public static RegularExpression compileIgnoringCase(Span span, Patterns patterns) throws SecLangException {
        return compile(span, Set.of(Regex.Flag.IGNORE_CASE), patterns);
    }

    private static RegularExpression compile(Span span, Set<Regex.Flag> flags, Patterns patterns)
            throws SecLangException {
        return KNOWN.get(new Source(span.text(), flags, patterns), () -> compileAnew(span, flags, patterns));
    }

    private static RegularExpression compileAnew(Span span, Set<Regex.Flag> flags, Patterns patterns)
            throws SecLangException {
        byte[] pattern = span.text().getBytes(StandardCharsets.UTF_8);
        try {
            return new RegularExpression(patterns.compile(pattern, flags, MEMORY));
        } catch (RegexSyntaxException e) {
            int characters = new String(pattern, 0, e.offset(), StandardCharsets.UTF_8).length();
            throw span.error(characters, "\"" + shown(span.text()) + "\" is no regular expression: " + e.getMessage());
        }
    }

    static Operator operator(Span argument, OperatorFiles files) throws SecLangException {
        Macro macro = Macro.parsePattern(argument);
        return macro.constant().isPresent()
                ? new Search(compile(argument, RULE, files.patterns()))
                : new ExpandedExpression(macro);
    }

    /** As {@code @rx}, of a pattern that is only known when it is asked; empty if it is none. */
    static Optional<Operator> expanded(Bytes pattern) {
        try {
            return Optional.of(new Search(new RegularExpression(Regex.compile(pattern.toArray(), RULE, MEMORY))));
        } catch (RegexSyntaxException e) {
            return Optional.empty();
        }
    }

    /** {@code @rx}. */
    private record Search(RegularExpression expression) implements Screening {
        @Override
        public boolean matches(Bytes value, MatchContext context) {
            return expression.isFoundIn(value, context) && (!context.capturing() || expression.capture(value, context));
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Search search && expression == search.expression;
        }

        /** Written out, as what the JDK makes of a record costs a fresh process some milliseconds. */
        @Override
        public int hashCode() {
            return expression.hashCode();
        }

        @Override
        public RegexSet.Candidate candidate() {
            return RegexSet.Candidate.of(expression.regex);
        }
    }

    /** {@code @rxGlobal}: each match is one of {@code TX:0} to {@code TX:9}. */
    static Operator globalOperator(Span argument, OperatorFiles files) throws SecLangException {
        RegularExpression expression = compile(argument, RULE, files.patterns());
        return (value, context) -> {
            if (!expression.isFoundIn(value, context)) {
                return false;
            }
            if (context.capturing()) {
                List<Bytes> found = expression.all(value, LAST_GROUP + 1);
                for (int i = 0; i < found.size(); i++) {
                    context.capture(i, found.get(i));
                }
            }
            return true;
        };
    }

    /** The first so many matches, none inside of another. */
    public List<Bytes> all(Bytes value, int most) {
        List<Bytes> found = new ArrayList<>();
        int to = value.offset() + value.length();
        int start = value.offset();
        while (found.size() < most && start <= to) {
            int[] places = regex.groups(value.array(), value.offset(), start, to, STEPS);
            if (places == null) {
                break;
            }
            found.add(group(value, places, 0));
            start = places[1] > places[0] ? places[1] : places[1] + 1;
        }
        return found;
    }

    /**
     * The first match that passes a check. A failing match may contain a passing one, such as sixteen digits of
     * seventeen. So the next search begins one byte further, or after a long match, whose checks would take too long.
     * {@link MatchContext#steps} bounds the bytes that are checked.
     */
    Optional<Bytes> first(Bytes value, Predicate<Bytes> check, MatchContext context) {
        int to = value.offset() + value.length();
        int start = value.offset();
        long left = context.steps();
        while (start <= to) {
            int[] places = regex.groups(value.array(), value.offset(), start, to, context.steps());
            if (places == null) {
                break;
            }
            Bytes found = group(value, places, 0);
            left -= found.length() + 1;
            if (left < 0) {
                context.gaveUp();
                break;
            }
            if (check.test(found)) {
                return Optional.of(found);
            }
            start = found.length() > LONGEST_NUMBER ? places[1] : places[0] + 1;
        }
        return Optional.empty();
    }

    /** The groups of the first match, from 1; empty groups are empty. None: it does not match. */
    public Optional<List<Bytes>> groups(Bytes value) {
        int[] places = places(value, STEPS);
        if (places == null) {
            return Optional.empty();
        }
        List<Bytes> groups = new ArrayList<>();
        for (int group = 1; group <= regex.groupCount(); group++) {
            groups.add(group(value, places, group));
        }
        return Optional.of(groups);
    }

    /** Whether it matches anywhere. */
    public boolean isFoundIn(Bytes value) {
        return regex.search(value.array(), value.offset(), value.offset() + value.length(), STEPS)
                == Regex.Outcome.FOUND;
    }

    private boolean isFoundIn(Bytes value, MatchContext context) {
        return switch (regex.search(value.array(), value.offset(), value.offset() + value.length(), context.steps())) {
            case FOUND -> true;
            case NOT_FOUND -> false;
            case GAVE_UP -> {
                context.gaveUp();
                yield false;
            }
        };
    }

    private boolean capture(Bytes value, MatchContext context) {
        int[] places = places(value, context.steps());
        for (int group = 0; places != null && group <= Math.min(regex.groupCount(), LAST_GROUP); group++) {
            context.capture(group, group(value, places, group));
        }
        return true;
    }

    private int @Nullable [] places(Bytes value, long steps) {
        return regex.groups(value.array(), value.offset(), value.offset() + value.length(), steps);
    }

    private static Bytes group(Bytes value, int[] places, int group) {
        int from = places[2 * group];
        return from < 0 ? Bytes.EMPTY : value.slice(from - value.offset(), places[2 * group + 1] - value.offset());
    }

    private static String shown(String pattern) {
        return pattern.length() > 80 ? pattern.substring(0, 80) + "…" : pattern;
    }
}
