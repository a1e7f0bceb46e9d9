package dev.gatehouse.controller.wasm;

import dev.gatehouse.gatewayapi.extension.Wasm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A request for the code of a Wasm extension.
 *
 * @param user the extension, such as "default/policy/wasm/0"; its previous code runs until the new code is fetched
 * @param sha256 the expected SHA-256 of the code, or of the image's manifest; empty: not checked
 * @param authorities CAs that are trusted besides the system's, as PEM
 * @param login the registry's credentials in the form of docker's config.json; empty: none
 * @param again true if the code is fetched even if the folder already has it
 * @param version if {@code again} is true, the version of the object with the extension; another version fetches the
 * code once more
 */
public record WasmRequest(
        String user,
        Wasm.Place place,
        Optional<String> sha256,
        Optional<String> authorities,
        Optional<String> login,
        boolean again,
        long version) {
    /** A short key, equal for equal requests of one user. */
    public String key() {
        return digest(user + '\n' + again + '\n' + version + '\n' + source());
    }

    /** A short key, equal for the same code with the same credentials, so that a request without the credentials does not get the code. */
    String source() {
        return digest(place + "\n" + sha256 + '\n' + authorities + '\n' + login);
    }

    /** The place of the code, for messages. */
    public String shownPlace() {
        return switch (place) {
            case Wasm.Place.Http http -> http.url();
            case Wasm.Place.Image image -> "oci://" + image.reference();
        };
    }

    @Override
    public String toString() {
        return "WasmRequest[user=" + user + ", place=" + place + ", sha256=" + sha256 + ", login="
                + (login.isPresent() ? "***" : "none") + "]";
    }

    private static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
