package dev.gatehouse.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.SecretDiscovery.Outcome;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretDiscoveryTest {
    private static Secret secret(String type, Map<String, String> texts) {
        Map<String, Bytes> data = new HashMap<>();
        texts.forEach((key, text) -> data.put(key, new Bytes(text.getBytes(StandardCharsets.UTF_8))));
        return new Secret(type, data);
    }

    private static Outcome read(String url) {
        return SecretDiscovery.read(secret(SecretDiscovery.TYPE, Map.of("url", url, "secretName", "default")));
    }

    @Test
    void aSocketIsAbsoluteOrRelativeToEnvoy() {
        assertThat(read("unix:///run/sds.sock"))
                .isEqualTo(new Outcome.Usable(new SecretDiscovery("/run/sds.sock", "default")));
        assertThat(read("unix://./sds.sock"))
                .isEqualTo(new Outcome.Usable(new SecretDiscovery("./sds.sock", "default")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/run/sds.sock", "https://agent/sds", "unix://host/sds", "unix:", "unix://", "unix:///a b", ":"})
    void anotherUrlIsRefusedWithItsText(String url) {
        assertThat(((Outcome.Unusable) read(url)).problem()).contains("\"" + url + "\"", "expected: unix:///");
    }

    @Test
    void aSecretOfAnotherTypeRefersToNoServer() {
        assertThat(SecretDiscovery.of(secret("Opaque", Map.of("url", "unix:///a", "secretName", "b"))))
                .isEmpty();
    }

    @Test
    void whatIsMissingIsTold() {
        assertThat(SecretDiscovery.read(secret(SecretDiscovery.TYPE, Map.of("url", "unix:///a"))))
                .isInstanceOfSatisfying(
                        Outcome.Unusable.class,
                        unusable -> assertThat(unusable.problem()).contains("\"secretName\""));
        assertThat(SecretDiscovery.read(secret(SecretDiscovery.TYPE, Map.of("secretName", "a"))))
                .isInstanceOfSatisfying(
                        Outcome.Unusable.class,
                        unusable -> assertThat(unusable.problem()).contains("\"url\""));
    }
}
