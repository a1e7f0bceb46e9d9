package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;

/**
 * A credential that requests get on their way to a backend.
 *
 * @param secret has it under {@link #KEY}
 * @param overwrite a header that a client sent is replaced; otherwise it stays
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
}
