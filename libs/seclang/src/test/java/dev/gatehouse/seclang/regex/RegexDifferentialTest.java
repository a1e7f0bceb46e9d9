package dev.gatehouse.seclang.regex;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;

/**
 * Random patterns over random texts find what RE2/J finds, and where; those that need backtracking, what the JDK finds
 * (whose {@code (?m)^} is not where an empty text begins).
 */
class RegexDifferentialTest {
    /** Few letters, so that patterns match; no vertical tab, which RE2's {@code \s} leaves out. */
    private static final String LETTERS = "abAB01 _-\n.\u00e9\u0000";

    private static final long STEPS = 1_000_000;

    private final AutomatonMemory memory = new AutomatonMemory(1 << 20);

    @Property(tries = 20_000)
    void aPatternFindsWhatRe2Finds(@ForAll long seed) throws RegexSyntaxException {
        Random random = new Random(seed);
        String pattern = pattern(random, 3, false);
        Regex regex = compile(pattern, memory);
        Pattern peer = Pattern.compile(pattern, Pattern.DOTALL);
        for (int i = 0; i < 10; i++) {
            String text = text(random);
            byte[] bytes = ("<" + text + ">").getBytes(StandardCharsets.ISO_8859_1);
            Matcher matcher = peer.matcher(text);
            boolean found = matcher.find();
            assertThat(regex.search(bytes, 1, bytes.length - 1, STEPS))
                    .as("%s in \"%s\"", pattern, text)
                    .isEqualTo(found ? Regex.Outcome.FOUND : Regex.Outcome.NOT_FOUND);
            if (!repeatsNothing(regex.node())) {
                assertThat(regex.groups(bytes, 1, bytes.length - 1, STEPS))
                        .as("groups of %s in \"%s\"", pattern, text)
                        .isEqualTo(found ? places(matcher) : null);
            }
        }
    }

    @Property(tries = 300)
    void aSetFindsWhatItsPatternsFind(@ForAll long seed) throws RegexSyntaxException {
        Random random = new Random(seed);
        // So little memory that states are dropped in the middle of texts.
        AutomatonMemory little = new AutomatonMemory(1 + random.nextInt(60_000));
        List<String> sources = new ArrayList<>();
        List<Regex> patterns = new ArrayList<>();
        for (int i = 0; i < 1 + random.nextInt(90); i++) {
            sources.add(pattern(random, 3, false));
            patterns.add(compile(sources.getLast(), little));
        }
        RegexSet set = RegexSet.of(patterns.stream().map(RegexSet.Candidate::of).toList(), little);
        for (int i = 0; i < 20; i++) {
            byte[] text = text(random).repeat(1 + random.nextInt(5)).getBytes(StandardCharsets.ISO_8859_1);
            long[] wanted = random.longs(set.words()).toArray();
            long[] found = new long[set.words()];
            set.search(text, 0, text.length, ByteSet.in(Bytes.of(text)), wanted, found, new long[set.words()]);
            for (int n = 0; n < sources.size(); n++) {
                assertThat((found[n >> 6] >>> n & 1) != 0)
                        .as("%s in \"%s\"", sources.get(n), new String(text, StandardCharsets.ISO_8859_1))
                        .isEqualTo((wanted[n >> 6] >>> n & 1) != 0
                                && patterns.get(n).groups(text, 0, text.length, STEPS) != null);
            }
        }
    }

    @Property(tries = 5_000)
    void aPatternThatNeedsBacktrackingFindsWhatTheJdkFinds(@ForAll long seed) throws RegexSyntaxException {
        Random random = new Random(seed);
        String pattern = pattern(random, 3, true);
        Regex regex = compile(pattern, memory);
        if (repeatsNothing(regex.node())) {
            return; // within an atomic group the JDK's rounds are not Perl's
        }
        java.util.regex.Pattern peer = java.util.regex.Pattern.compile(pattern, java.util.regex.Pattern.DOTALL);
        for (int i = 0; i < 10; i++) {
            String text = text(random);
            byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
            assertThat(regex.search(bytes, 0, bytes.length, STEPS))
                    .as("%s in \"%s\"", pattern, text)
                    .isIn(
                            peer.matcher(text).find() ? Regex.Outcome.FOUND : Regex.Outcome.NOT_FOUND,
                            Regex.Outcome.GAVE_UP);
        }
    }

    /** Engines differ in the groups of rounds that take nothing. */
    private static boolean repeatsNothing(Node node) {
        return switch (node) {
            case Node.Repeat r -> Program.width(r.node())[0] == 0 || repeatsNothing(r.node());
            case Node.Sequence s -> s.nodes().stream().anyMatch(RegexDifferentialTest::repeatsNothing);
            case Node.Alternatives a -> a.nodes().stream().anyMatch(RegexDifferentialTest::repeatsNothing);
            case Node.Group g -> repeatsNothing(g.node());
            case Node.Atomic a -> repeatsNothing(a.node());
            case Node.Look l -> repeatsNothing(l.node());
            default -> false;
        };
    }

    private static Regex compile(String pattern, AutomatonMemory memory) throws RegexSyntaxException {
        return Regex.compile(pattern.getBytes(StandardCharsets.ISO_8859_1), Set.of(), memory);
    }

    private static int @Nullable [] places(Matcher matcher) {
        int[] places = new int[2 * (matcher.groupCount() + 1)];
        for (int group = 0; group <= matcher.groupCount(); group++) {
            places[2 * group] = matcher.start(group) < 0 ? -1 : matcher.start(group) + 1;
            places[2 * group + 1] = matcher.end(group) < 0 ? -1 : matcher.end(group) + 1;
        }
        return places;
    }

    static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(12); length > 0; length--) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    static String pattern(Random random, int depth, boolean perl) {
        String flags = random.nextInt(4) == 0 ? "(?" + "ism".charAt(random.nextInt(perl ? 2 : 3)) + ")" : "";
        return flags + alternatives(random, depth, perl);
    }

    private static String alternatives(Random random, int depth, boolean perl) {
        String[] parts = new String[1 + (random.nextInt(3) == 0 ? random.nextInt(3) : 0)];
        Arrays.setAll(parts, i -> sequence(random, depth, perl));
        return String.join("|", parts);
    }

    private static String sequence(Random random, int depth, boolean perl) {
        StringBuilder sequence = new StringBuilder();
        for (int n = random.nextInt(5); n >= 0; n--) {
            sequence.append(atom(random, depth, perl));
        }
        return sequence.toString();
    }

    private static String atom(Random random, int depth, boolean perl) {
        if (depth > 0 && random.nextInt(3) == 0) {
            String[] openings = perl
                    ? new String[] {"(", "(?:", "(?=", "(?!", "(?>"}
                    : new String[] {"(", "(?:", "(?i:", "(?P<n" + Long.toHexString(random.nextLong()) + ">"};
            int opening = random.nextInt(openings.length);
            String group = openings[opening] + alternatives(random, depth - 1, perl) + ")";
            return perl && (opening == 2 || opening == 3) ? group : group + quantifier(random, perl);
        }
        return switch (random.nextInt(10)) {
            case 0 -> "^";
            case 1 -> perl ? "\\z" : "$";
            case 2 -> perl ? "(?<" + "=!".charAt(random.nextInt(2)) + plain(random) + ")" : "\\b";
            case 3 -> "." + quantifier(random, perl);
            case 4 -> "[" + (random.nextBoolean() ? "^" : "") + "a-b0\\s]" + quantifier(random, perl);
            case 5 -> "\\" + "dwsDWS".charAt(random.nextInt(6)) + quantifier(random, perl);
            default -> plain(random) + quantifier(random, perl);
        };
    }

    private static String plain(Random random) {
        return String.valueOf("abAB01 _-".charAt(random.nextInt(9)));
    }

    private static String quantifier(Random random, boolean perl) {
        return switch (random.nextInt(8)) {
            case 0 -> "*";
            case 1 -> "+";
            case 2 -> "?";
            case 3 -> "*?";
            case 4 -> "{" + random.nextInt(3) + "," + (3 + random.nextInt(2)) + "}";
            case 5 -> perl ? "?+" : "??";
            default -> "";
        };
    }
}
