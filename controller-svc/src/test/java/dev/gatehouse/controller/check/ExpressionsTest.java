package dev.gatehouse.controller.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpressionsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/[a-z]+",
                "/[a-z]{1,1000}",
                "(?i)abc|\\Qa.b\\E",
                "/([a-z]{1,30}[0-9]{1,30}){1,3}",
                "a{,3}",
                "{",
                "[]a]",
                "[[:alpha:]_]+",
                "(?P<name>x)\\pL\\p{Greek}",
                "/.*\\.(png|jpe?g)$",
                "\\PL{900}",
                "\\x{ff}\\377"
            })
    void takesWhatEnvoyTakes(String expression) {
        assertThat(Expressions.problem(expression)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "/([a-z]{1,900}[0-9]{1,900}){1,3}; nests repetitions that make 2700 copies",
                "a{1001}; repeats by {1001}",
                "a{99999999999999999999}; repeats by {99999999999999999999}",
                "a{3,2}; repeats by {3,2}",
                "([^a]{100}){10}([^a]{100}){10}([^a]{100}){10}[^a]{1000}[^a]{1000}[^a]{1000}[^a]{1000}[^a]{1000}[^a]{1000}[^a]{1000}[^a]{1000}[^a]{1000}[^a]{1000}[^a]{1000}[^a]{1000}; program of more than",
                "\\x{10FFFF}; at most \\x{ff}",
                "[^\\x00-\\x{100}]; at most \\x{ff}",
                "\\777; has the escape",
                "\\é; has the escape",
                "[a-z; missing closing ]",
                "a**; invalid nested repetition operator",
                "(?=a); invalid or unsupported Perl syntax",
                "'((a{40}){40})'; nests repetitions"
            })
    void refusesWhatEnvoyRefusesAndSaysWhy(String expression, String why) {
        assertThat(Expressions.problem(expression))
                .hasValueSatisfying(text -> assertThat(text).contains(why));
    }

    @Test
    void deepNestingAndGreatLengthCostNoStackAndLittleTime() {
        for (String part : new String[] {"(", "[", "(?:", "[[:", "{", "\\Q", "\\p{", "a|", "(?i)", "a{1,"}) {
            assertThat(Expressions.problem(part.repeat(500_000)))
                    .describedAs("repeated: %s", part)
                    .isPresent();
            Expressions.problem(part.repeat(10_000));
        }
        assertThat(Expressions.problem("(".repeat(300) + "a" + ")".repeat(300)))
                .hasValueSatisfying(text -> assertThat(text).contains("deep"));
    }

    @Property(tries = 2000)
    void neverThrows(
            @ForAll
                    @Chars({'(', ')', '[', ']', '{', '}', '\\', '|', '*', '?', 'Q', 'p', ':', ','})
                    @CharRange(from = '0', to = '9')
                    @StringLength(max = 40)
                    String expression) {
        Expressions.problem(expression);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "^/a/(.*)$; /b/\\1; true",
                "^/a/(.*)$; /b/\\2; false",
                "a; \\x; false",
                "a; \\\\; true",
                "a; \\; false",
                "(?:a)(?P<n>b); \\1\\0; true"
            })
    void aSubstitutionRefersToGroupsThatAreThere(String expression, String substitution, boolean fits) {
        assertThat(Expressions.problemWithSubstitution(expression, substitution).isEmpty())
                .isEqualTo(fits);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            value = {
                "/a/[0-9]+ /a/1",
                "^/a$ /a",
                "^/a$|^/b$ /a",
                "^/a$|^/b$ /b",
                "(?i)/(?:a$|b\\z) /B",
                "/a[$]$ /a$",
                "/a\\$ /a$",
                "/a[]$]$ /a]",
                "/a[^]$]$ /ab",
                "/a[[:alpha:]$]+$ /ab$",
                "/\\Qa$\\E$ /a$",
                "/a(?:$)? /a"
            })
    void anExpressionMatchesWithAndWithoutWhatFollows(String expression, String text) {
        Pattern pattern = Pattern.compile(Expressions.followedBy(expression, "(?:[;?#].*)?"));
        assertThat(List.of("", ";", ";a=1", "?", "?a;b", "#a"))
                .allMatch(end -> pattern.matcher(text + end).matches());
        assertThat(pattern.matcher(text + "/x").matches()).isFalse();
        assertThat(Expressions.problem(pattern.pattern())).isEmpty();
    }
}
