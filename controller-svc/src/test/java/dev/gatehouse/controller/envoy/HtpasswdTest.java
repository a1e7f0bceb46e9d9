package dev.gatehouse.controller.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class HtpasswdTest {
    @Test
    void commentsAndEmptyLinesCountAsLinesAndAsNothingElse() {
        Htpasswd file = Htpasswd.of("# users\n\nann:{SHA}x\r\nben:$2y$05$x\ncat:$argon2id$v=19$x\n");
        assertThat(file.problems()).isEmpty();
        assertThat(file.users())
                .containsExactly(
                        new Htpasswd.User("ann", "{SHA}x"),
                        new Htpasswd.User("ben", "$2y$05$x"),
                        new Htpasswd.User("cat", "$argon2id$v=19$x"));
    }

    @Test
    void whatElseHtpasswdWritesIsNamedWithItsUserAndLineAndNotShown() {
        Map.of(
                        "$apr1$s3cret$s3cret", "MD5 as Apache has it",
                        "$1$s3cret$s3cret", "MD5 by crypt",
                        "$5$rounds=1000$s3cret$s3cret", "SHA-256 by crypt",
                        "$6$s3cret$s3cret", "SHA-512 by crypt",
                        "{SSHA}s3cret", "SHA-1 with a salt",
                        "$y$j9T$s3cret", "yescrypt",
                        "s3cret", "plain text",
                        "", "missing")
                .forEach((hash, kind) -> assertThat(
                                Htpasswd.of("ann:{SHA}x\nben:" + hash + "\n").problems())
                        .as(hash)
                        .singleElement()
                        .asString()
                        .startsWith("line 2: the password of user \"ben\" is " + kind)
                        .contains("(expected: SHA-1, {SHA}…; bcrypt, $2y$…; or argon2, $argon2id$…)")
                        .doesNotContain("s3cret"));
        assertThat(Htpasswd.of("s3cret\n").problems())
                .singleElement()
                .asString()
                .startsWith("line 1: not \"user:hash\"")
                .doesNotContain("s3cret");
    }

    @Test
    void aByteOrderMarkIsNoPartOfTheFirstName() {
        assertThat(Htpasswd.of("\uFEFFann:{SHA}x\r\nben:{SHA}y\r\n").users())
                .containsExactly(new Htpasswd.User("ann", "{SHA}x"), new Htpasswd.User("ben", "{SHA}y"));
    }

    @Test
    void aUserThatIsThereTwiceIsNamedWithBothLines() {
        assertThat(Htpasswd.of("ann:{SHA}x\n\nben:{SHA}y\nann:{SHA}x\n").problems())
                .containsExactly("line 4: user \"ann\" is in line 1 already (expected: each user once)");
    }
}
