package dev.gatehouse.seclang.transform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class TransformationTest {
    private static final String BYTES = "aZ0%+&;\\/.-*<#\"'^, \t\n\0\u00a0\u00c3\u00a9u41x";

    @Property(tries = 2_000)
    void whatMayNotChangeATextByItsBytesLeavesItAsItIs(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] text = new byte[random.nextInt(12)];
        for (int i = 0; i < text.length; i++) {
            text[i] =
                    (byte) (random.nextBoolean() ? BYTES.charAt(random.nextInt(BYTES.length())) : random.nextInt(256));
        }
        Bytes value = Bytes.of(text);
        long mayChange = Transformation.mayChange(ByteSet.in(value));
        for (String name : Transformation.names()) {
            Optional<Transformation> transformation = Transformation.named(name);
            assertThat(transformation).isPresent();
            if ((transformation.get().bit() & mayChange) == 0) {
                assertThat(transformation.get().apply(value))
                        .as("%s of %s", name, value)
                        .isEqualTo(value);
            }
        }
    }

    private static Bytes apply(String name, String value) {
        return Transformation.named(name).orElseThrow().apply(Bytes.latin1(value));
    }

    @Test
    void aCharacterThatIsWrittenTooLongIsTheCharacter() {
        assertThat(apply("utf8toUnicode", "7 or 2\u00c0\u00be1")).hasToString("7 or 2%u003e1");
        assertThat(apply("utf8toUnicode", "\u00e0\u0080\u00a7\u00f0\u0080\u0080\u00a7"))
                .hasToString("%u0027%u0027");
        assertThat(apply("utf8toUnicode", "\u00ed\u00a0\u0080\u00f4\u0090\u0080\u0080"))
                .hasToString("%ud800%u110000");
        assertThat(apply("utf8toUnicode", "\u00c3(\u00ff\u00e2\u0082")).hasToString("\u00c3(\u00ff\u00e2\u0082");
    }

    @Test
    void aNoBreakSpaceIsWhiteSpaceAndAByteOfAnotherCharacterIsNot() {
        assertThat(apply("removeWhitespace", "a\u00a0b\u00c2\u00a0c \u00c3\u00a0"))
                .hasToString("abc\u00c3\u00a0");
        assertThat(apply("compressWhitespace", "a\u00a0\u00c2\u00a0 b\u00c3\u00a0\u00a0"))
                .hasToString("a b\u00c3\u00a0 ");
        assertThat(apply("compressWhitespace", "\u00c2\u00a0")).hasToString(" ");
    }

    @Test
    void entitiesOfTheFirstHtmlNeedNoSemicolonBeforeLetters() {
        assertThat(apply("htmlEntityDecode", "&ltscript&gtx&quot1&ltimes;&bogus"))
                .hasToString("<script>x\"1<imes;&bogus");
    }

    @Test
    void theParityOfAByteCountsTheBitThatItHasAlready() {
        assertThat(apply("parityEven7bit", "\u00a0a")).hasToString(" \u00e1");
        assertThat(apply("parityOdd7bit", "\u00a0a")).hasToString("\u00a0a");
    }
}
