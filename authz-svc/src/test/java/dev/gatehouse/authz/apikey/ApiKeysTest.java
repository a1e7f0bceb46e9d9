package dev.gatehouse.authz.apikey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.authz.policy.InvalidPolicy;
import dev.gatehouse.authz.policy.Reason;
import dev.gatehouse.authz.policy.Verdict;
import dev.gatehouse.authz.request.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ApiKeysTest {
    private static final KeySource HEADER = new KeySource.Header("x-api-key");
    private static final KeySource AUTHORIZATION = new KeySource.Header("authorization");
    private static final KeySource PARAMETER = new KeySource.Parameter("api_key");
    private static final KeySource COOKIE = new KeySource.Cookie("key");

    private static ApiKeys.Credential credential(String client, String key) {
        try {
            return new ApiKeys.Credential(
                    client, MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static ApiKeys keys(boolean sanitize, KeySource... sources) throws InvalidPolicy {
        return ApiKeys.of(
                List.of(credential("alice", "k1"), credential("bob", "k2 +")),
                List.of(sources),
                Optional.of("x-client-id"),
                sanitize);
    }

    private static Verdict check(ApiKeys keys, String path, Map<String, String> headers) {
        return keys.check(new HttpRequest("GET", "h", path, headers))
                .toCompletableFuture()
                .join();
    }

    private static String client(Verdict verdict) {
        return switch (verdict) {
            case Verdict.Passed passed -> passed.identity();
            case Verdict.Denied denied -> denied.reason().name();
            case Verdict.Answered answered -> answered.outcome();
        };
    }

    @Test
    void aKeyIsFoundInEachKindOfPlace() throws InvalidPolicy {
        assertThat(client(check(keys(false, HEADER), "/", Map.of("X-Api-Key", "k1"))))
                .isEqualTo("alice");
        assertThat(client(check(keys(false, PARAMETER), "/?api_key=k2%20%2B", Map.of())))
                .isEqualTo("bob");
        assertThat(client(check(keys(false, COOKIE), "/", Map.of("cookie", "a=b; key=k1"))))
                .isEqualTo("alice");
        for (String value : List.of("Bearer k1", "apikey k1", "k1")) {
            assertThat(client(check(keys(false, AUTHORIZATION), "/", Map.of("authorization", value))))
                    .isEqualTo("alice");
        }
    }

    @Test
    void noKeyAndAWrongKeyAreDeniedWithAChallenge() throws InvalidPolicy {
        ApiKeys keys = keys(false, HEADER, AUTHORIZATION, PARAMETER, COOKIE);
        assertThat(client(check(keys, "/", Map.of()))).isEqualTo("KEY_MISSING");
        assertThat(client(check(keys, "/?api_key=", Map.of("x-api-key", "")))).isEqualTo("KEY_MISSING");
        assertThat(client(check(keys, "/", Map.of("authorization", "Basic k1"))))
                .isEqualTo("KEY_MISSING");
        assertThat(check(keys, "/", Map.of("x-api-key", "k3")))
                .isEqualTo(new Verdict.Denied(
                        Reason.KEY_UNKNOWN, Optional.of("Bearer realm=\"gatehouse\""), Optional.empty()));
        assertThat(client(check(keys, "/", Map.of("x-api-key", "k1,k1")))).isEqualTo("KEY_UNKNOWN");
    }

    @Test
    void theFirstPlaceWithAKeyCountsRightOrWrong() throws InvalidPolicy {
        ApiKeys keys = keys(false, HEADER, PARAMETER);
        assertThat(client(check(keys, "/?api_key=k1", Map.of("x-api-key", "wrong"))))
                .isEqualTo("KEY_UNKNOWN");
        assertThat(client(check(keys, "/?api_key=wrong", Map.of("x-api-key", "k1"))))
                .isEqualTo("alice");
    }

    @Test
    void sanitizingTakesTheKeyOutOfEveryPlace() throws InvalidPolicy {
        Verdict.Passed passed = (Verdict.Passed) check(
                keys(true, HEADER, PARAMETER, COOKIE),
                "/?api%5Fkey=k1&x=1&api_key=k1",
                Map.of("x-api-key", "k1", "cookie", "a=b; key=k1"));
        assertThat(passed.changes().remove()).containsExactly("x-api-key");
        assertThat(passed.changes().removeParameters()).containsExactly("api%5Fkey", "api_key");
        assertThat(passed.changes().set()).containsOnly(Map.entry("cookie", "a=b"), Map.entry("x-client-id", "alice"));
    }

    @Test
    void aCookieHeaderOfNothingButTheKeyIsRemoved() throws InvalidPolicy {
        Verdict.Passed passed = (Verdict.Passed) check(keys(true, COOKIE), "/", Map.of("cookie", "key=k1"));
        assertThat(passed.changes().remove()).containsExactly("cookie");
    }

    @Test
    void withoutSanitizingNothingIsTakenOut() throws InvalidPolicy {
        Verdict.Passed passed = (Verdict.Passed) check(keys(false, HEADER), "/", Map.of("x-api-key", "k1"));
        assertThat(passed.changes().remove()).isEmpty();
        assertThat(passed.changes().set()).containsOnly(Map.entry("x-client-id", "alice"));
    }

    @Test
    void twoClientsMayNotShareAKeyNorAClientHaveTwoEntries() {
        assertThatThrownBy(() -> ApiKeys.of(
                        List.of(credential("a", "same"), credential("b", "same")),
                        List.of(HEADER),
                        Optional.empty(),
                        false))
                .isInstanceOf(InvalidPolicy.class)
                .hasMessage("credentials[1]: \"b\" has the key of \"a\" (expected: a key for each client of its own)");
        assertThatThrownBy(() -> ApiKeys.of(
                        List.of(credential("a", "1"), credential("a", "2")), List.of(HEADER), Optional.empty(), false))
                .hasMessage("credentials[1].client_id: \"a\" (expected: each client once)");
        assertThatThrownBy(() -> ApiKeys.of(
                        List.of(new ApiKeys.Credential("a", new byte[20])), List.of(HEADER), Optional.empty(), false))
                .hasMessage("credentials[0].key_sha256: 20 bytes (expected: 32 bytes)");
        assertThatThrownBy(() -> ApiKeys.of(List.of(), List.of(), Optional.empty(), false))
                .hasMessageContaining("extract_from");
    }
}
