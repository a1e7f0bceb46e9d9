package dev.gatehouse.controller.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ApiKeyTextTest {
    /** Of "key-of-alice", as {@code printf %s key-of-alice | sha256sum} writes it, and openssl with base64. */
    private static final String HEXADECIMAL = "d16a80956c32f3f5fb979bea408abac8c3eef6c54ecb234279e337146cf87b47";

    private static final String BASE64 = "0WqAlWwy8/X7l5vqQIq6yMPu9sVOyyNCeeM3FGz4e0c=";

    private static ApiKeyText read(String text) {
        return ApiKeyText.of(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aKeyAndItsHashAreTheSameKeyInEverySpelling() {
        ApiKeyText plain = read("key-of-alice");
        for (String hashed : List.of(
                "{SHA256}" + HEXADECIMAL,
                "{SHA256}" + HEXADECIMAL.toUpperCase(java.util.Locale.ROOT),
                "{sha256}" + HEXADECIMAL + "\n",
                "{SHA256}" + BASE64,
                "{SHA256}" + BASE64.replace("=", "") + "\r\n")) {
            assertThat(read(hashed)).as(hashed).isEqualTo(plain);
        }
    }

    @Test
    void keysThatOnlyLookLikeHashesAreKeys() {
        for (String key : List.of(HEXADECIMAL, BASE64, "{SHA}" + BASE64, "x{SHA256}" + HEXADECIMAL, "{", "")) {
            assertThat(read(key)).as(key).isInstanceOf(ApiKeyText.Digest.class).isNotEqualTo(read("key-of-alice"));
        }
    }

    @Test
    void aHashThatIsNoneIsAProblemAndNeverAKey() {
        String twice =
                java.util.Base64.getEncoder().encodeToString((HEXADECIMAL + "\n").getBytes(StandardCharsets.US_ASCII));
        assertThat(read("{SHA256}" + twice))
                .isEqualTo(new ApiKeyText.Unreadable("base64 of hexadecimal digits (expected: {SHA256} and the key's"
                        + " SHA-256, as 64 hexadecimal digits or base64)"));
        for (String text :
                List.of("{SHA256}", "{SHA256}c2VjcmV0", "{SHA256}s3cret!", "{SHA256}" + HEXADECIMAL + "  -")) {
            assertThat(read(text)).as(text).isInstanceOf(ApiKeyText.Unreadable.class);
            assertThat(read(text).toString()).doesNotContain("s3cret", "c2VjcmV0", HEXADECIMAL);
        }
    }
}
