package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;

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
}
