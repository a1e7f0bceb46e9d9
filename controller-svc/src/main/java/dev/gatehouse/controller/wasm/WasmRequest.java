package dev.gatehouse.controller.wasm;

import dev.gatehouse.gatewayapi.extension.Wasm;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Code that is wanted.
 *
 * @param user what wants it, for instance "default/policy/wasm/0": the code that it had before runs until the new one is there
 * @param sha256 of the code, or of the image's manifest; empty: it is not checked
 * @param authorities the CAs that are trusted, as PEM; empty: those of the system
 * @param login the registry's credentials, as of docker's config.json; empty: none
 * @param again the code is fetched even if it is in the folder
 * @param version of the object that wants it, where {@code again} is true: a newer one has it fetched once more
 */
public record WasmRequest(
        String user,
        Wasm.Place place,
        Optional<String> sha256,
        Optional<String> authorities,
        Optional<String> login,
        boolean again,
        long version) {
    /** A short text that is equal for equal requests of one user. */
    public String key() {
        return digest(user + '\n' + again + '\n' + version + '\n' + source());
    }

    /** A short text that is equal where the same code is fetched with the same credentials: who lacks them does not get it. */
    String source() {
        return digest(place + "\n" + sha256 + '\n' + authorities + '\n' + login);
    }

    /** Where the code is, to be shown. */
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
