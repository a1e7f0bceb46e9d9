package dev.gatehouse.seclang.libinjection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SqlVerdictTest {
    private static final List<String> PIECES = List.of(
            "a", "json", "select", "union", "or", "user", ".", ".", "`", "1", "0", "25", "x", "e", "d", "_", "-", " ",
            "'", "\u00e9", "in");

    @Property(tries = 20_000)
    void whatIsTakenForOneWordIsReadAsOneTokenAndNoAttack(@ForAll long seed) {
        Random random = new Random(seed);
        StringBuilder pieces = new StringBuilder();
        for (int i = random.nextInt(9); i > 0; i--) {
            pieces.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        byte[] text = ("9" + pieces + "9").getBytes(StandardCharsets.ISO_8859_1);
        if (SqlVerdict.isOneWord(text, 1, text.length - 1)) {
            assertThat(new SqlVerdict(text, 1, text.length - 1).fingerprint())
                    .as("%s", pieces)
                    .isEmpty();
            SqlTokens tokens = new SqlTokens(text, 1, text.length - 1);
            tokens.restart(0, false);
            while (tokens.next() != SqlToken.NONE) {
                assertThat(tokens.read()).as("%s", pieces).isEqualTo(1);
            }
        }
    }

    @Test
    void namesAndNumbersWithDotsAreOneWordAndKeywordsBeforeADotAreNot() {
        assertThat(isOneWord("json.12.price")).isTrue();
        assertThat(isOneWord("125.25")).isTrue();
        assertThat(isOneWord("1.2.3")).isFalse();
        assertThat(isOneWord("select.a")).isFalse();
    }

    private static boolean isOneWord(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        return SqlVerdict.isOneWord(bytes, 0, bytes.length);
    }
}
