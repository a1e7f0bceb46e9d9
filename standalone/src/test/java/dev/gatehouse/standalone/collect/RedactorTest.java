package dev.gatehouse.standalone.collect;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RedactorTest {
    private final Redactor redactor = new Redactor();

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /x?access_token=PLANTED&a=1 HTTP/1.1",
                "GET /oauth2/callback?code=PLANTED&state=PLANTED",
                "Authorization: Basic PLANTED0=",
                "sent header authorization: Bearer PLANTED.x-y_z",
                "Cookie: session=PLANTED; other=PLANTED",
                "{\"cookie\":\"session=PLANTED\"}",
                "{\"clientSecret\": \"PLANTED\"}",
                "{\\\"client_secret\\\":\\\"PLANTED\\\"}",
                "redis://user:PLANTED@redis.example:6379/0",
                "redis://:PLANTED@redis.example",
                "password=PLANTED",
                "REDIS_PASSWORD=PLANTED",
                "db.password: PLANTED",
                "token eyJhbGciOiJIUzI1NiJ9.PLANTED.PLANTED here",
                "user:{SHA}PLANTEDPLANTED",
                "user:$2y$10$PLANTEDPLANTEDPLANTED",
                "-----BEGIN RSA PRIVATE KEY-----\nPLANTED\nPLANTED\n-----END RSA PRIVATE KEY-----",
                "-----BEGIN PRIVATE KEY-----\nPLANTED cut off",
            })
    void textOfTheShapeOfASecretIsTakenOut(String text) {
        assertThat(redactor.text(text)).doesNotContain("PLANTED").contains(Redactor.REDACTED);
        assertThat(redactor.replacements()).isPositive();
    }

    @Test
    void whatIsNoSecretStays() {
        for (String text : new String[] {
            "GET /cart/1?color=red HTTP/1.1",
            "SecretRef shop/tls is not there",
            "envoy_cluster_upstream_rq_total{envoy_cluster_name=\"service/default/cart/80\"} 7",
            "the token of service account default/eg expired",
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
            "2026-11-28T21:00:00Z INFO started in 15.3s"
        }) {
            assertThat(redactor.text(text)).isEqualTo(text);
        }
    }

    @Test
    void aKnownValueIsTakenOutInEachForm() {
        redactor.learn("s3cr\"t value&1".getBytes(StandardCharsets.UTF_8));
        redactor.learn("ann:{SHA}hash\nbob:plainword".getBytes(StandardCharsets.UTF_8));
        redactor.learn("abc".getBytes(StandardCharsets.UTF_8));
        String base64 = Base64.getEncoder().encodeToString("s3cr\"t value&1".getBytes(StandardCharsets.UTF_8));
        assertThat(redactor.text("a s3cr\"t value&1 b")).isEqualTo("a (redacted) b");
        assertThat(redactor.text("{\"x\":\"s3cr\\\"t value&1\"}")).isEqualTo("{\"x\":\"(redacted)\"}");
        assertThat(redactor.text("x=s3cr%22t+value%261")).isEqualTo("x=(redacted)");
        assertThat(redactor.text(base64)).isEqualTo("(redacted)");
        assertThat(redactor.text("bob wrote plainword")).isEqualTo("bob wrote (redacted)");
        // Too short to be taken out of words.
        assertThat(redactor.text("abcdef")).isEqualTo("abcdef");
    }

    @Test
    void valuesUnderNamesThatSaySoAreTakenOutOfTreesAndReferencesStay() {
        Map<?, ?> tree = (Map<?, ?>) Objects.requireNonNull(redactor.tree(new JsonObject("""
                {"metadata": {"annotations": {"kubectl.kubernetes.io/last-applied-configuration": "PLANTED"}},
                 "spec": {"oidc": {"clientSecret": {"name": "shop-client"}, "clientID": "shop"},
                   "filters": [{"requestHeaderModifier": {"set": [{"name": "Authorization", "value": "PLANTED"},
                                                                  {"name": "X-Api-Key", "value": "PLANTED"},
                                                                  {"name": "X-Team", "value": "red"}]}}],
                   "env": [{"name": "REDIS_PASSWORD", "value": "PLANTED"}, {"name": "SEAL_KEYS", "value": "PLANTED"},
                           {"name": "LOG_LEVEL", "value": "info"}],
                   "header": {"key": "cookie", "value": "PLANTED"},
                   "password": "PLANTED", "private_key": "PLANTED", "tokens": 3, "number": 7, "nothing": null}}
                """).getMap()));
        String text = new JsonObject(cast(tree)).encode();
        assertThat(text)
                .doesNotContain("PLANTED")
                .contains("\"clientSecret\":{\"name\":\"shop-client\"}")
                .contains("{\"name\":\"X-Team\",\"value\":\"red\"}")
                .contains("{\"name\":\"LOG_LEVEL\",\"value\":\"info\"}")
                .contains("\"tokens\":3", "\"number\":7", "\"nothing\":null");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> cast(Map<?, ?> tree) {
        return (Map<String, Object>) tree;
    }
}
