package dev.gatehouse.authz.basic;

import dev.gatehouse.authz.request.Authorization;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * A user name and a password, RFC 7617: base64 of the two in UTF-8 with a colon between; the password may have colons. Control
 * characters are not allowed in either.
 */
record BasicCredentials(String user, byte[] password) {
    /** Longer ones are no password of a person's, and hashing them is work for nothing. */
    private static final int MAX_BYTES = 4096;

    /** Empty: it cannot be read. */
    static Optional<BasicCredentials> parse(Authorization authorization) {
        byte[] text;
        try {
            text = Base64.getDecoder().decode(authorization.credentials());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        int colon = 0;
        while (colon < text.length && text[colon] != ':') {
            colon++;
        }
        if (colon == text.length || text.length > MAX_BYTES || hasControls(text)) {
            return Optional.empty();
        }
        try {
            String user = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(text, 0, colon))
                    .toString();
            return Optional.of(new BasicCredentials(user, Arrays.copyOfRange(text, colon + 1, text.length)));
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static boolean hasControls(byte[] text) {
        for (byte b : text) {
            if ((b >= 0 && b < ' ') || b == 0x7f) {
                return true;
            }
        }
        return false;
    }

    @Override
    public String toString() {
        return "BasicCredentials[" + user + "]";
    }
}
