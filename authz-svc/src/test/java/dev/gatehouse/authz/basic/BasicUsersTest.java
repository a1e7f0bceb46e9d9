package dev.gatehouse.authz.basic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.gatehouse.authz.bcrypt.FavreBcrypt;
import dev.gatehouse.authz.policy.InvalidPolicy;
import dev.gatehouse.authz.policy.Verdict;
import dev.gatehouse.authz.request.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class BasicUsersTest {
    /** The SHA-1 of "pässword". */
    private static final String SHA = "{SHA}" + sha1("pässword");

    private static final String BCRYPT = bcrypt(BCrypt.Version.VERSION_2Y, "secret");
    private final AtomicInteger computed = new AtomicInteger();
    private final AtomicLong now = new AtomicLong(1000);

    private static String sha1(String text) {
        try {
            return Base64.getEncoder()
                    .encodeToString(java.security.MessageDigest.getInstance("SHA-1")
                            .digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static String bcrypt(BCrypt.Version version, String password) {
        return BCrypt.with(version).hashToString(4, password.toCharArray());
    }

    private PasswordChecks passwords(Executor executor, int maxRemembered) {
        FavreBcrypt bcrypt = new FavreBcrypt();
        return new PasswordChecks(
                (password, hash) -> {
                    computed.incrementAndGet();
                    return bcrypt.matches(password, hash);
                },
                executor,
                new byte[32],
                Duration.ofSeconds(60),
                maxRemembered,
                () -> Instant.ofEpochSecond(now.get()));
    }

    private BasicUsers users(PasswordChecks passwords) throws InvalidPolicy {
        return BasicUsers.of(
                List.of(new BasicUsers.User("alice", SHA), new BasicUsers.User("bob", BCRYPT)),
                Optional.of("x-user"),
                passwords);
    }

    private BasicUsers users() throws InvalidPolicy {
        return users(passwords(Runnable::run, 10));
    }

    private static String outcome(BasicUsers users, String authorization) {
        HttpRequest request = new HttpRequest("GET", "h", "/", Map.of("authorization", authorization));
        return switch (users.check(request).toCompletableFuture().join()) {
            case Verdict.Passed passed ->
                passed.identity() + " " + passed.changes().set();
            case Verdict.Denied denied -> denied.reason().name();
            case Verdict.Answered answered -> answered.outcome();
        };
    }

    private static String basic(String credentials) {
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void theRightPasswordPassesUnderEitherHash() throws InvalidPolicy {
        assertThat(outcome(users(), basic("alice:pässword"))).isEqualTo("alice {x-user=alice}");
        assertThat(outcome(users(), basic("bob:secret"))).isEqualTo("bob {x-user=bob}");
        assertThat(outcome(users(), basic("bob:secret").replace("Basic", "bAsIc")))
                .isEqualTo("bob {x-user=bob}");
    }

    @Test
    void everyBcryptPrefixOfHtpasswdIsRead() throws InvalidPolicy {
        for (BCrypt.Version version :
                List.of(BCrypt.Version.VERSION_2A, BCrypt.Version.VERSION_2B, BCrypt.Version.VERSION_2Y)) {
            BasicUsers users = BasicUsers.of(
                    List.of(new BasicUsers.User("u", bcrypt(version, "a:b"))),
                    Optional.empty(),
                    passwords(Runnable::run, 10));
            assertThat(outcome(users, basic("u:a:b"))).isEqualTo("u {}");
            assertThat(outcome(users, basic("u:a:c"))).isEqualTo("CREDENTIALS_WRONG");
        }
    }

    @Test
    void wrongPasswordsAndUnknownUsersAreDenied() throws InvalidPolicy {
        assertThat(outcome(users(), basic("alice:password"))).isEqualTo("CREDENTIALS_WRONG");
        assertThat(outcome(users(), basic("bob:Secret"))).isEqualTo("CREDENTIALS_WRONG");
        assertThat(outcome(users(), basic("bob:"))).isEqualTo("CREDENTIALS_WRONG");
        assertThat(outcome(users(), basic("alice:" + SHA))).isEqualTo("CREDENTIALS_WRONG");
    }

    @Test
    void anUnknownUserIsDeniedEvenWithThePasswordOfTheUserWhoseHashStandsIn() throws InvalidPolicy {
        BasicUsers users = BasicUsers.of(
                List.of(new BasicUsers.User("bob", BCRYPT)), Optional.empty(), passwords(Runnable::run, 10));
        assertThat(outcome(users, basic("mallory:secret"))).isEqualTo("CREDENTIALS_WRONG");
        assertThat(computed.get())
                .as("an unknown user costs a bcrypt as a known one does")
                .isEqualTo(1);
        assertThat(outcome(users, basic("mallory:secret"))).isEqualTo("CREDENTIALS_WRONG");
    }

    @Test
    void whatCannotBeReadIsMalformed() throws InvalidPolicy {
        for (String header : List.of(
                "Basic !!!",
                "Basic " + Base64.getEncoder().encodeToString(new byte[] {(byte) 0xff, ':'}),
                basic("no-colon"),
                basic("alice:p\u0000x"),
                "Basic",
                basic("alice:" + "x".repeat(5000)))) {
            assertThat(outcome(users(), header)).as(header).isEqualTo("CREDENTIALS_MALFORMED");
        }
        assertThat(outcome(users(), "Bearer abc")).isEqualTo("CREDENTIALS_MISSING");
    }

    @Test
    void aRightPasswordIsNotComputedAgainForAWhileAndAWrongOneAlways() throws InvalidPolicy {
        BasicUsers users = users();
        outcome(users, basic("bob:secret"));
        outcome(users, basic("bob:secret"));
        assertThat(computed.get()).isEqualTo(1);
        outcome(users, basic("bob:wrong"));
        outcome(users, basic("bob:wrong"));
        assertThat(computed.get()).isEqualTo(3);
        now.addAndGet(61);
        outcome(users, basic("bob:secret"));
        assertThat(computed.get()).isEqualTo(4);
    }

    @Test
    void aChangedHashForgetsTheOldPasswordAtOnce() throws InvalidPolicy {
        PasswordChecks passwords = passwords(Runnable::run, 10);
        assertThat(outcome(users(passwords), basic("bob:secret"))).startsWith("bob");
        BasicUsers changed = BasicUsers.of(
                List.of(new BasicUsers.User("bob", bcrypt(BCrypt.Version.VERSION_2Y, "new"))),
                Optional.empty(),
                passwords);
        assertThat(outcome(changed, basic("bob:secret"))).isEqualTo("CREDENTIALS_WRONG");
    }

    @Test
    void whenTooManyWaitTheRequestIsDeniedNotQueued() throws InvalidPolicy {
        Executor full = task -> {
            throw new RejectedExecutionException("full");
        };
        assertThat(outcome(users(passwords(full, 10)), basic("bob:secret"))).isEqualTo("OVERLOADED");
    }

    @Test
    void hashesThatCannotBeUsedAreNamedButNotShown() {
        for (String hash :
                List.of("plain-s3cret", "{SHA}s3cret", "$2y$31$" + "s3cret".repeat(8) + "abcde", "$1$s3cret")) {
            assertThatThrownBy(() -> BasicUsers.of(
                            List.of(new BasicUsers.User("u", hash)), Optional.empty(), passwords(Runnable::run, 1)))
                    .isInstanceOf(InvalidPolicy.class)
                    .hasMessageStartingWith("users[0].password_hash: ")
                    .hasMessageNotContaining("s3cret");
        }
    }

    @Test
    void aHexadecimalHashIsToldAsSuch() {
        assertThatThrownBy(() -> BasicUsers.of(
                        List.of(new BasicUsers.User("carol", "{SHA}e5e9fa1ba31ecd1ae84f75caaa474f3a663f05f4")),
                        Optional.empty(),
                        passwords(Runnable::run, 1)))
                .isInstanceOf(InvalidPolicy.class)
                .hasMessage(
                        "users[0].password_hash: of user \"carol\": {SHA} and hexadecimal digits (expected: {SHA} and the"
                                + " base64 of 20 bytes, as htpasswd -s writes it)");
    }
}
