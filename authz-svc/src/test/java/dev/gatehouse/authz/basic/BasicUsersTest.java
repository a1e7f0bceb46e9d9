package dev.gatehouse.authz.basic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import at.favre.lib.crypto.bcrypt.BCrypt;
import dev.gatehouse.authz.argon2.BouncyArgon2;
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
    /** Of "secret". */
    private static final String ARGON2 =
            "$argon2i$v=19$m=64,t=1,p=1$c29tZXNhbHQxMjM0NTY3OA$svc6RnQENm/jhxulPK1vChdVTZb+ga2t5l+Dr+wCNQY";

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
        BouncyArgon2 argon2 = BouncyArgon2.ofHeap();
        return new PasswordChecks(
                new SlowHashes(
                        (password, hash) -> {
                            computed.incrementAndGet();
                            return bcrypt.matches(password, hash);
                        },
                        executor,
                        (password, hash) -> {
                            computed.incrementAndGet();
                            return argon2.matches(password, hash);
                        },
                        executor),
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

    /** As the reference implementation of Argon2 (libargon2) encodes them. */
    @Test
    void everyKindOfArgon2ThatTheReferenceImplementationWritesIsRead() throws InvalidPolicy {
        List<String> hashes = List.of(
                "$argon2i$v=19$m=65536,t=2,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG",
                "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQxMjM0NTY3OA$hlbb6lDEhVt+P1z+SjLLwnwkBOib+qI/O0U2DppCgos",
                "$argon2id$v=19$m=64,t=3,p=4$MDEyMzQ1Njc4OWFiY2RlZg$IPacEj+VwD16yLCWuCJTJQ");
        List<String> passwords = List.of("password", "practice", "pässword");
        for (int i = 0; i < hashes.size(); i++) {
            BasicUsers users = BasicUsers.of(
                    List.of(new BasicUsers.User("u", hashes.get(i))), Optional.empty(), passwords(Runnable::run, 10));
            assertThat(outcome(users, basic("u:" + passwords.get(i))))
                    .as(hashes.get(i))
                    .isEqualTo("u {}");
            assertThat(outcome(users, basic("u:" + passwords.get(i) + "x"))).isEqualTo("CREDENTIALS_WRONG");
        }
    }

    @Test
    void anArgon2IsRememberedAndAnUnknownUserCostsOneToo() throws InvalidPolicy {
        BasicUsers users = BasicUsers.of(
                List.of(new BasicUsers.User("u", ARGON2)), Optional.empty(), passwords(Runnable::run, 10));
        assertThat(outcome(users, basic("u:secret"))).isEqualTo("u {}");
        assertThat(outcome(users, basic("u:secret"))).isEqualTo("u {}");
        assertThat(computed.get()).isEqualTo(1);
        assertThat(outcome(users, basic("mallory:secret"))).isEqualTo("CREDENTIALS_WRONG");
        assertThat(computed.get()).isEqualTo(2);
    }

    @Test
    void argon2OfAnAbsurdCostOrAnotherFormIsRefusedByNameAndNotShown() {
        Map<String, String> refused = new java.util.LinkedHashMap<>();
        String rest = "$c29tZXNhbHQ$RdescudvJCsgt3ub+b+dWRWJTmaaJObG";
        refused.put("$argon2id$v=19$m=2097152,t=1,p=4" + rest, "m=2097152 (expected: 32 to 65536 KiB of memory)");
        refused.put("$argon2id$v=19$m=65536,t=5,p=4" + rest, "m=65536 and t=5 (expected: t of 1 to 4 for this m)");
        refused.put("$argon2id$v=19$m=4294967295,t=4294967295,p=1" + rest, "m=4294967295");
        refused.put("$argon2id$v=19$m=64,t=0,p=1" + rest, "t=0");
        refused.put("$argon2id$v=19$m=64,t=1,p=0" + rest, "p=0 (expected: 1 to 64)");
        refused.put("$argon2id$v=19$m=7,t=1,p=1" + rest, "m=7 (expected: 8 to 65536 KiB of memory)");
        refused.put("$argon2d$v=19$m=64,t=1,p=1" + rest, "argon2d, whose time");
        refused.put("$argon2i$m=64,t=1,p=1" + rest, "version 16, by no v= (expected: v=19)");
        refused.put("$argon2i$v=16$m=64,t=1,p=1" + rest, "version 16 (expected: v=19)");
        refused.put("$argon2id$v=19$m=64,t=1,p=1$c2FsdA$RdescudvJCsgt3ub+b+dWRWJTmaaJObG", "salt of 4 bytes");
        refused.put("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$c2FsdA", "hash of 4 bytes");
        refused.put("$argon2id$v=19$m=64,t=1,p=1$A$c2FsdA", "salt is no base64");
        refused.put("$argon2id$v=19$m=64,t=1,p=1,keyid=a" + rest, "of another form");
        refused.put("$argon2id$v=19$t=1,m=64,p=1" + rest, "of another form");
        refused.forEach((hash, message) -> assertThatThrownBy(() -> BasicUsers.of(
                        List.of(new BasicUsers.User("dora", hash)), Optional.empty(), passwords(Runnable::run, 1)))
                .as(hash)
                .isInstanceOf(InvalidPolicy.class)
                .hasMessageStartingWith("users[0].password_hash: of user \"dora\": argon2")
                .hasMessageContaining(message)
                .hasMessageNotContaining("Rdescudv"));
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
