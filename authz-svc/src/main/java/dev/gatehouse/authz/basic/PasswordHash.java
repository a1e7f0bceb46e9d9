package dev.gatehouse.authz.basic;

import dev.gatehouse.authz.policy.InvalidPolicy;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is kept of a password, as htpasswd writes it. */
sealed interface PasswordHash {
    int SHA1_BYTES = 20;
    int MAX_COST = 16;
    Pattern BCRYPT = Pattern.compile("\\$2[aby]\\$(\\d\\d)\\$[./A-Za-z0-9]{53}");

    /** {@code {SHA}} and the base64 of a SHA-1: Envoy's and Envoy Gateway's format. */
    record Sha1(byte[] digest) implements PasswordHash {
        @Override
        public String toString() {
            return "Sha1[]";
        }
    }

    record Bcrypt(String text) implements PasswordHash {
        @Override
        public String toString() {
            return "Bcrypt[]";
        }
    }

    /** @throws InvalidPolicy naming {@code field}; the hash is not in the message */
    static PasswordHash parse(String text, String field) throws InvalidPolicy {
        if (text.startsWith("{SHA}")) {
            try {
                byte[] digest = Base64.getDecoder().decode(text.substring("{SHA}".length()));
                if (digest.length == SHA1_BYTES) {
                    return new Sha1(digest);
                }
            } catch (IllegalArgumentException e) {
                throw new InvalidPolicy(
                        field, "{SHA} and no base64", "{SHA} and the base64 of " + SHA1_BYTES + " bytes");
            }
            throw new InvalidPolicy(
                    field, "{SHA} of another length", "{SHA} and the base64 of " + SHA1_BYTES + " bytes");
        }
        Matcher bcrypt = BCRYPT.matcher(text);
        if (!bcrypt.matches()) {
            throw new InvalidPolicy(field, "(not shown)", "{SHA} and base64, or bcrypt: $2y$, $2b$ or $2a$");
        }
        int cost = Integer.parseInt(bcrypt.group(1));
        if (cost < 4 || cost > MAX_COST) {
            throw new InvalidPolicy(field, "bcrypt of cost " + cost, "a cost of 4 to " + MAX_COST);
        }
        return new Bcrypt(text);
    }
}
