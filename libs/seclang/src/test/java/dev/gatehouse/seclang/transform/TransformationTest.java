package dev.gatehouse.seclang.transform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.bytes.ByteSet;
import dev.gatehouse.seclang.bytes.Bytes;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

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
}
