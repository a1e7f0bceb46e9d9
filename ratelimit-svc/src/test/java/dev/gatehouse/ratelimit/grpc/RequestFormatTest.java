package dev.gatehouse.ratelimit.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class RequestFormatTest {
    private static String text(int... bytes) {
        byte[] value = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            value[i] = (byte) bytes[i];
        }
        return RequestFormat.text(ByteString.copyFrom(value));
    }

    @Test
    void utf8IsRead() {
        assertThat(RequestFormat.text(ByteString.copyFromUtf8("Jürgen \ud83d\ude00")))
                .isEqualTo("Jürgen \ud83d\ude00");
    }

    @Test
    void aByteThatIsNotUtf8IsKept() {
        assertThat(text(0xff)).isEqualTo("\udcff");
        assertThat(text('a', 0xc3, '(')).isEqualTo("a\udcc3(");
        assertThat(text('a', 0xc3)).isEqualTo("a\udcc3");
        assertThat(text(0xed, 0xb3, 0xbf)).as("an encoded surrogate").isEqualTo("\udced\udcb3\udcbf");
    }

    @Property(tries = 5000)
    void differentBytesAreDifferentValues(@ForAll("values") byte[] one, @ForAll("values") byte[] other) {
        String text = RequestFormat.text(ByteString.copyFrom(one));
        assertThat(text.equals(RequestFormat.text(ByteString.copyFrom(other)))).isEqualTo(Arrays.equals(one, other));
    }

    @Property(tries = 5000)
    void textOfUtf8IsThatText(@ForAll("texts") String text) {
        assertThat(RequestFormat.text(ByteString.copyFrom(text, StandardCharsets.UTF_8)))
                .isEqualTo(text);
    }

    @Provide
    Arbitrary<byte[]> values() {
        return Arbitraries.of(
                        (byte) 'a', (byte) 0xc3, (byte) 0xa4, (byte) 0xe2, (byte) 0x82, (byte) 0xf0, (byte) 0x9f, (byte)
                                0xff)
                .array(byte[].class)
                .ofMaxSize(4);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings()
                .withCharRange('\u0000', '\ud7ff')
                .withCharRange('\ue000', '\uffff')
                .ofMaxLength(5);
    }
}
