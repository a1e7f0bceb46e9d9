package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.Optional;

/**
 * A credential that is added to requests on their way to a backend.
 *
 * @param secret the Secret with the credential under the key {@link #KEY}
 * @param overwrite true: a header that the client sent is replaced; false: it stays
 */
public record CredentialInjection(ObjectReference secret, String header, boolean overwrite) {
    /** The key of a Secret with a credential. */
    public static final String KEY = "credential";

    static CredentialInjection read(Fields f) {
        return new CredentialInjection(
                f.requiredObject("credential", x -> x.requiredObject("valueRef", ObjectReference::readSecret)),
                f.string("header", Syntax.HEADER_NAME).orElse("Authorization"),
                f.bool("overwrite").orElse(false));
    }

    /**
     * The header's value that {@code secret} has, without the line end and the blanks around it that commands and editors
     * leave; empty: it has none that a header could have.
     */
    public static Optional<String> value(Secret secret) {
        return secret.text(KEY)
                .map(String::strip)
                .filter(text -> !text.isEmpty() && text.chars().noneMatch(Character::isISOControl));
    }
}
