package dev.gatehouse.events;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class SealTest {
    private static final String K1 = "k1:" + Base64.getEncoder().encodeToString(new byte[32]);
    private static final String K2 =
            "k2:" + Base64.getEncoder().encodeToString("0123456789abcdef0123456789abcdef".getBytes());

    private final SecureRandom random = new SecureRandom();
    private final Put put = Changes.put("f", "s", 1, true);

    @Test
    void whatIsSealedIsOpenedByAnyRingThatHasTheKey() {
        Seal before = Seal.ofRing(K1, random);
        Seal after = Seal.ofRing(K2 + "," + K1, random);
        ByteString sealed = before.seal(put);
        assertThat(sealed.toStringUtf8()).doesNotContain("bytes of s");
        assertThat(after.open(put.id(), "1", "k1", sealed)).isEqualTo(new Seal.Opening.Opened(put.resource()));
        assertThat(after.sealingKeyId()).isEqualTo("k2");
    }

    @Test
    void sealedBytesAreRefusedForAnotherResourceVersionOrKeyAndWhereTheyWereChanged() {
        Seal seal = Seal.ofRing(K1 + "," + K2, random);
        ByteString sealed = seal.seal(put);
        byte[] flipped = sealed.toByteArray();
        flipped[20] ^= 1;
        assertThat(seal.open(Changes.id("f", "other"), "1", "k1", sealed)).isInstanceOf(Seal.Opening.Refused.class);
        assertThat(seal.open(Changes.id("g", "s"), "1", "k1", sealed)).isInstanceOf(Seal.Opening.Refused.class);
        assertThat(seal.open(put.id(), "2", "k1", sealed)).isInstanceOf(Seal.Opening.Refused.class);
        assertThat(seal.open(put.id(), "1", "k2", sealed)).isInstanceOf(Seal.Opening.Refused.class);
        assertThat(seal.open(put.id(), "1", "k1", ByteString.copyFrom(flipped)))
                .isInstanceOf(Seal.Opening.Refused.class);
        assertThat(seal.open(put.id(), "1", "k1", ByteString.EMPTY))
                .isEqualTo(new Seal.Opening.Refused("0 bytes (expected: at least 28)"));
        assertThat(seal.open(put.id(), "1", "k9", sealed).toString()).contains("k9");
    }

    @Test
    void aBadRingIsRefusedWithoutShowingKeys() {
        assertThatThrownBy(() -> Seal.ofRing("k1:c2hvcnQ=", random))
                .hasMessage("sealing key \"k1\": 5 bytes (expected: 32)");
        assertThatThrownBy(() -> Seal.ofRing("k1:%%%", random)).hasMessage("sealing key \"k1\": not base64");
        assertThatThrownBy(() -> Seal.ofRing("secretwithoutid", random))
                .hasMessageStartingWith("sealing key 1: no id")
                .hasMessageNotContaining("secretwithoutid");
        assertThatThrownBy(() -> Seal.ofRing(K1 + "," + K1, random)).hasMessageContaining("twice");
    }
}
