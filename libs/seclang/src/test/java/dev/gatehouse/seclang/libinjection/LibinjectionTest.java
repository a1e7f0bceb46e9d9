package dev.gatehouse.seclang.libinjection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.AlphaChars;
import net.jqwik.api.constraints.NumericChars;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LibinjectionTest {
    private static final int MILLION = 1_000_000;

    /** What makes a naive reader start again at each byte. */
    private static final List<String> REPEATED = List.of(
            "'",
            "\\'",
            "''",
            "\"",
            "`",
            "/*",
            "/**/",
            "*/",
            "/",
            "$$",
            "$a",
            "$a$",
            "$a$b$",
            "q'(",
            "nq'",
            "u&'",
            "x'0",
            "b'0",
            "[",
            "(",
            "((",
            "{``",
            "{a ",
            "1e",
            "1.",
            ".",
            "-",
            "--",
            "--x",
            "#",
            "\\",
            "@",
            "@`",
            "a.",
            "a`",
            "in ",
            "union all ",
            "1,",
            "select ",
            "<",
            "</",
            "</>",
            "<!--",
            "<!---\0",
            "<%",
            "<%%",
            "<![CDATA[]",
            "]",
            "<a ",
            "<a/",
            "/>",
            "<a href=",
            "href=&#0;",
            "&#",
            "&#0",
            "=",
            "a=",
            "'a=",
            "\0",
            "<\0",
            "é",
            "1 or ",
            "sp_password--");

    private static Optional<String> sqli(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        return Libinjection.sqli(bytes, 0, bytes.length);
    }

    private static boolean xss(String value) {
        byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
        return Libinjection.xss(bytes, 0, bytes.length);
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '~',
            value = {
                "~1' or '1'='1~, s&sos",
                "~-1' and 1=1 union/* foo */select load_file('/etc/passwd')--~, s&1UE",
                "~\t1/*~, 1c",
                "~ 0x1/*~, 1c",
                "~1--~, 1c",
                "~q'\u00e9' union /*!50000select*/ 1~, X",
                "~-(top<>thendrop1.5\\'--null'--~, sc"
            })
    void anInjectionIsKnownByItsFingerprint(String value, String fingerprint) {
        assertThat(sqli(value)).contains(fingerprint);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "1", "O'Reilly", "1#x", "rock and roll", "a union of workers", "1,000.00", "x -- y", "select"
            })
    void proseAndNumbersAreNoSql(String value) {
        assertThat(sqli(value)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<script>alert(1);</script>",
                "onerror=alert(1)>",
                "x' onerror=alert(1);>",
                "x\" onerror=alert(1);>",
                "x` onerror=alert(1);>",
                "<a href=\"  JAVASCRIPT:alert(1);\" >",
                "<a href=&#106;&#x61;va\nscript:alert(1)>",
                "<a href=\u00a0java\0script:x>",
                "<svganimate>",
                "<x onscrollsnapchanging=alert(1)>",
                "<!DOCTYPE html>",
                "<div style=\"color:red\">",
                "<div attributename=\"onclick\">",
                "<!--[if IE]>foo<![endif]-->",
                "<!--`foo`-->",
                "<?im\0port namespace=\"t\">",
                "<!EN\0TITY x SYSTEM \"file:///etc/passwd\">",
                "<html xmlns:xss=\"urn:x\">"
            })
    void whatABrowserRunsIsAnAttack(String value) {
        assertThat(xss(value)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "<",
                "1 < 2 and 3 > 2",
                "<b>bold</b>",
                "<a href=\"https://github.com/Simbiat/database\">",
                "<!--xml-->",
                "<div attributename=\"class\">",
                "myvar=onfoobar==",
                "onY29va2llcw==",
                "href=&#",
                "href=&#X",
                "<![CDATA[]]]",
                "<%"
            })
    void whatABrowserOnlyShowsIsNone(String value) {
        assertThat(xss(value)).isFalse();
    }

    @Test
    void onlyTheGivenBytesAreRead() {
        byte[] bytes = "' or 1=1--x<script>".getBytes(StandardCharsets.ISO_8859_1);
        assertThat(Libinjection.sqli(bytes, 2, 4)).isEmpty();
        assertThat(Libinjection.sqli(bytes, 0, 10)).contains("s&1c");
        assertThat(Libinjection.xss(bytes, 0, 12)).isFalse();
        assertThat(Libinjection.xss(bytes, 11, bytes.length)).isTrue();
    }

    @Test
    @Timeout(60)
    void aMegabyteOfAnythingTakesTimeInProportion() {
        assertThatCode(() -> {
                    for (String repeated : REPEATED) {
                        byte[] value =
                                repeated.repeat(MILLION / repeated.length()).getBytes(StandardCharsets.ISO_8859_1);
                        long start = System.nanoTime();
                        Libinjection.sqli(value, 0, value.length);
                        Libinjection.xss(value, 0, value.length);
                        assertThat(Duration.ofNanos(System.nanoTime() - start))
                                .as(repeated)
                                .isLessThan(Duration.ofSeconds(5));
                    }
                })
                .doesNotThrowAnyException();
    }

    @Property(tries = 200)
    void aWordOrANumberIsNeverAnAttack(@ForAll @AlphaChars @NumericChars String word) {
        assertThat(sqli("a" + word)).isEmpty();
        assertThat(xss(word)).isFalse();
    }
}
