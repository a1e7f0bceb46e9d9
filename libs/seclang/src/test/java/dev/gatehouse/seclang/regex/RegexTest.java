package dev.gatehouse.seclang.regex;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RegexTest {
    private static final long STEPS = 100_000;

    private final AutomatonMemory memory = new AutomatonMemory(1 << 20);

    private Regex regex(String pattern) throws RegexSyntaxException {
        return Regex.compile(pattern.getBytes(StandardCharsets.UTF_8), Set.of(), memory);
    }

    private Regex.Outcome search(String pattern, String text) throws RegexSyntaxException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return regex(pattern).search(bytes, 0, bytes.length, STEPS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "a.c ~ `a\nc`",
                "^b ~ b",
                "(?m)^b$ ~ `a\nb\nc`",
                "a$ ~ ba",
                "\\x41\\101\\Q.*\\E ~ AA.*",
                "[[:alpha:]]{3} ~ 1abc",
                "[^\\W_]\\b ~ _a",
                "(?i)SeLeCt ~ sELECT",
                "(?i:a)B ~ AB",
                "é ~ café",
                "[é] ~ é",
                "a{2,}b ~ caaab",
                "x*+y ~ xxy",
                "(?>a|ab)c ~ ac",
                "(a)\\1 ~ baa",
                "(?P<n>a)\\k<n> ~ aa",
                "a(?=b) ~ ab",
                "a(?!b) ~ ac",
                "(?<=a)b ~ ab",
                "(?<!a)b ~ cb",
                "\\R ~ `\n`",
                "\\h ~ `a\tb`",
                "(?x) a b # comment ~ ab",
                "\\Aa\\z ~ a",
                "{ ~ a{b",
                "a{,3} ~ a{,3}",
                "[]a] ~ ]",
                "[a\\-z] ~ -",
                "|a ~ b"
            })
    void finds(String pattern, String text) throws RegexSyntaxException {
        assertThat(search(pattern, text)).isEqualTo(Regex.Outcome.FOUND);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "^b ~ ab",
                "a$ ~ `a\n`",
                "\\bb ~ ab",
                "(?-s).x ~ `\nx`",
                "(?>a|ab)c ~ abc",
                "x*+x ~ xxx",
                "(a)\\1 ~ ab",
                "a(?=b) ~ ac",
                "(?<=a)b ~ cb",
                "[^a] ~ a",
                "a{3} ~ aa",
                "A ~ a"
            })
    void doesNotFind(String pattern, String text) throws RegexSyntaxException {
        assertThat(search(pattern, text)).isEqualTo(Regex.Outcome.NOT_FOUND);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            value = {
                "a) ~ 1 ~ closes no group",
                "a(b ~ 1 ~ does not end",
                "*a ~ 0 ~ repeats nothing",
                "a** ~ 2 ~ a quantifier of a quantifier",
                "[a ~ 0 ~ the character class does not end",
                "[z-a] ~ 1 ~ the range ends before it begins",
                "[[:letters:]] ~ 1 ~ is no class",
                "a\\ ~ 1 ~ a backslash ends the pattern",
                "\\p{L} ~ 0 ~ Unicode",
                "a{3,2} ~ 1 ~ the smaller bound first",
                "(a)\\2 ~ 3 ~ there is no group 2",
                "\\xg ~ 0 ~ two hexadecimal digits",
                "(?P<1>a) ~ 4 ~ name",
            })
    void anErrorNamesThePlaceAndWhatWasExpected(String pattern, int offset, String message) {
        assertThatThrownBy(() -> regex(pattern))
                .isInstanceOfSatisfying(
                        RegexSyntaxException.class,
                        error -> assertThat(error.offset()).isEqualTo(offset))
                .hasMessageContaining(message);
    }

    @Test
    void whatWouldBecomeTooLargeIsRefused() {
        assertThatThrownBy(() -> regex("((a{500}){500}){500}")).hasMessageContaining("too large");
        assertThatThrownBy(() -> regex("(".repeat(10_000) + "a" + ")".repeat(10_000)))
                .hasMessageContaining("deep");
    }

    @Test
    void aPatternThatBacktracksWithoutEndGivesUp() throws RegexSyntaxException {
        assertThat(search("(?=(a+)+$)a", "a".repeat(40) + "b")).isEqualTo(Regex.Outcome.GAVE_UP);
    }

    @Test
    void groupsAreThoseOfTheLeftmostMatch() throws RegexSyntaxException {
        byte[] text = "--a=1;b=2".getBytes(StandardCharsets.UTF_8);
        assertThat(regex("(\\w)=(\\d)|(x)").groups(text, 0, text.length, STEPS))
                .containsExactly(2, 5, 2, 3, 4, 5, -1, -1);
        assertThat(regex("(\\w)=(\\d)").groups(text, 0, 5, text.length, STEPS)).containsExactly(6, 9, 6, 7, 8, 9);
        assertThat(regex("^-").groups(text, 0, 1, text.length, STEPS)).isNull();
    }

    @Test
    void onlyTheGivenPartOfTheArrayIsText() throws RegexSyntaxException {
        byte[] text = "xabx".getBytes(StandardCharsets.UTF_8);
        assertThat(regex("^ab$").search(text, 1, 3, STEPS)).isEqualTo(Regex.Outcome.FOUND);
        assertThat(regex("\\Bab").search(text, 1, 3, STEPS)).isEqualTo(Regex.Outcome.NOT_FOUND);
        assertThat(regex("x").search(text, 1, 3, STEPS)).isEqualTo(Regex.Outcome.NOT_FOUND);
    }

    @Test
    void onlyLookAroundBackReferencesAndAtomicGroupsAreNotLinear() throws RegexSyntaxException {
        assertThat(regex("(a+)+$").isLinear()).isTrue();
        assertThat(regex("(a)\\1").isLinear()).isFalse();
        assertThat(regex("(?>a)").isLinear()).isFalse();
        assertThat(regex("a(?!b)").isLinear()).isFalse();
    }
}
