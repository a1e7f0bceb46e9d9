package dev.gatehouse.seclang.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.libinjection.Libinjection;
import dev.gatehouse.seclang.regex.RegexSet;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** What a screen rules out by length and bytes, the operator does not find. */
class ScreeningTest {
    private static final List<String> PIECES = List.of(
            "'", "\"", "`", "1", "a", " ", "or", "union", "select", "--", "#", "/*", "*/", "(", ")", ";", "=", "<a ",
            "x'", "@", "on", "{", "}", ",", "\\", ">", "<!--", "src");

    @Property(tries = 5_000)
    void anInjectionIntoSqlIsLongAndHasTheBytesThatItsScreenAsksFor(@ForAll long seed) {
        RegexSet.Candidate candidate = new SqlInjection().candidate();
        byte[] text = text(new Random(seed));
        assertThat(Libinjection.sqli(text, 0, text.length).isPresent() && !admits(candidate, text))
                .isFalse();
    }

    @Property(tries = 5_000)
    void anInjectionIntoHtmlIsLongAndHasTheBytesThatItsScreenAsksFor(@ForAll long seed) {
        RegexSet.Candidate candidate = new HtmlInjection().candidate();
        byte[] text = text(new Random(seed));
        assertThat(Libinjection.xss(text, 0, text.length) && !admits(candidate, text))
                .isFalse();
    }

    @Property
    void aSingleByteIsNoInjectionIntoSql(@ForAll @Size(max = 1) byte[] text) {
        assertThat(Libinjection.sqli(text, 0, text.length)).isEmpty();
    }

    private static boolean admits(RegexSet.Candidate candidate, byte[] text) {
        ByteSet present = ByteSet.in(Bytes.of(text));
        return text.length >= candidate.minLength()
                && candidate.bytes().intersects(present)
                && candidate.test().mayMatch(text, 0, text.length);
    }

    private static byte[] text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(7); i > 0; i--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.toString().getBytes(StandardCharsets.ISO_8859_1);
    }
}
