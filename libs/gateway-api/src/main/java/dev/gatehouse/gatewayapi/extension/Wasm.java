package dev.gatehouse.gatewayapi.extension;

import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A Wasm extension.
 *
 * @param name its name in logs and metrics; empty: a name made from the policy's name
 * @param rootId extensions with one id share a context
 * @param config the extension's configuration as JSON values; empty: none
 * @param failOpen whether requests pass while the extension fails
 * @param hostKeys the proxy's environment variables that the extension can read
 */
public record Wasm(
        Optional<String> name,
        Optional<String> rootId,
        Code code,
        Optional<Object> config,
        boolean failOpen,
        List<String> hostKeys) {
    private static final Syntax SHA256 =
            Syntax.of("[0-9a-fA-F]{64}", 64, "a SHA-256 checksum in hexadecimal, 64 digits");

    private static final Syntax URL = Syntax.of(
            "https?://[^/?#]+([/?#].*)?", 4096, "an HTTP or HTTPS URL, for instance https://example.com/a.wasm");

    public Wasm {
        hostKeys = List.copyOf(hostKeys);
    }

    /**
     * The source of the code.
     *
     * @param sha256 the expected SHA-256 of the code or of the image's manifest, in lower case; empty: not checked
     * @param authorities the object with CAs that are trusted besides the system's
     * @param pull when the code is fetched again; empty: always for an image with the tag "latest", otherwise only if
     * it is missing
     */
    public record Code(
            Place place, Optional<String> sha256, Optional<ObjectReference> authorities, Optional<Pull> pull) {}

    /** Where code is fetched. */
    public sealed interface Place {
        /** A file. */
        record Http(String url) implements Place {}

        /**
         * An OCI image.
         *
         * @param reference the image without "oci://", such as registry.example.com/team/filter:1.2
         * @param pullSecret the Secret with the registry's credentials
         */
        record Image(String reference, Optional<ObjectReference> pullSecret) implements Place {}
    }

    /** When code is fetched again. */
    public enum Pull {
        IfNotPresent,
        Always
    }

    /** The type of a place. */
    enum Type {
        HTTP,
        Image
    }

    static Wasm read(Fields f) {
        return new Wasm(
                f.string("name"),
                f.string("rootID"),
                f.requiredObject("code", Wasm::code),
                Optional.ofNullable(f.anyTree("config")),
                f.bool("failOpen").orElse(false),
                f.object("env", env -> env.strings("hostKeys")).orElse(List.of()));
    }

    private static Code code(Fields f) {
        Type type = f.requiredChoice("type", Type.class);
        Optional<Pull> pull = f.choice("pullPolicy", Pull.class);
        Optional<Code> http = f.object(
                "http", x -> new Code(new Place.Http(x.requiredString("url", URL)), checksum(x), authorities(x), pull));
        Optional<Code> image = f.object(
                "image",
                x -> new Code(
                        new Place.Image(
                                x.requiredString("url").replaceFirst("^oci://", ""),
                                x.object("pullSecretRef", ObjectReference::readSecret)),
                        checksum(x),
                        authorities(x),
                        pull));
        Optional<Code> code = type == Type.HTTP ? http : image;
        if (code.isEmpty()) {
            f.wrong(
                    type == Type.HTTP ? "http" : "image",
                    "is missing (expected: where the code is, for type " + type + ")");
        }
        return code.orElse(new Code(new Place.Http(""), Optional.empty(), Optional.empty(), pull));
    }

    private static Optional<String> checksum(Fields f) {
        return f.string("sha256", SHA256).map(text -> text.toLowerCase(Locale.ROOT));
    }

    private static Optional<ObjectReference> authorities(Fields f) {
        return f.object("tls", tls -> tls.requiredObject("caCertificateRef", ObjectReference::readSecret));
    }
}
