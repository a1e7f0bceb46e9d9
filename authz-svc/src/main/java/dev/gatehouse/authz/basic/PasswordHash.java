package dev.gatehouse.authz.basic;

import dev.gatehouse.authz.policy.InvalidPolicy;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What is kept of a password: as htpasswd writes it, or argon2 and its kin. */
sealed interface PasswordHash permits PasswordHash.Sha1, PasswordHash.Bcrypt, Argon2 {
    String SHA = "{SHA}";
    int SHA1_BYTES = 20;
    /** A SHA-1 as sha1sum and Helm's function of that name write it; base64 of it would be a digest of 30 bytes. */
    Pattern HEXADECIMAL = Pattern.compile("[0-9a-fA-F]{40}");

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

    /**
     * Reads the hash of {@code user}.
     *
     * @throws InvalidPolicy naming {@code field} and the user; the hash is not in the message
     */
    static PasswordHash parse(String text, String field, String user) throws InvalidPolicy {
        String whose = "of user \"" + user + "\": ";
        if (text.startsWith(SHA)) {
            String digest = text.substring(SHA.length());
            String expected = SHA + " and the base64 of " + SHA1_BYTES + " bytes, as htpasswd -s writes it";
            if (HEXADECIMAL.matcher(digest).matches()) {
                throw new InvalidPolicy(field, whose + SHA + " and hexadecimal digits", expected);
            }
            try {
                byte[] bytes = Base64.getDecoder().decode(digest);
                if (bytes.length == SHA1_BYTES) {
                    return new Sha1(bytes);
                }
            } catch (IllegalArgumentException e) {
                throw new InvalidPolicy(field, whose + SHA + " and no base64", expected);
            }
            throw new InvalidPolicy(field, whose + SHA + " of another length", expected);
        }
        if (text.startsWith(Argon2.PREFIX)) {
            return Argon2.parse(text, field, whose);
        }
        Matcher bcrypt = BCRYPT.matcher(text);
        if (!bcrypt.matches()) {
            throw new InvalidPolicy(
                    field,
                    whose + "(not shown)",
                    "{SHA} and base64, or bcrypt: $2y$, $2b$ or $2a$, or argon2: $argon2id$ or $argon2i$");
        }
        int cost = Integer.parseInt(bcrypt.group(1));
        if (cost < 4 || cost > MAX_COST) {
            throw new InvalidPolicy(field, whose + "bcrypt of cost " + cost, "a cost of 4 to " + MAX_COST);
        }
        return new Bcrypt(text);
    }
}
