package dev.gatehouse.gatewayapi.security;

import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.Optional;

/**
 * Requests must have a user's name and password.
 *
 * @param users a Secret with key ".htpasswd"
 */
public record BasicAuth(ObjectReference users, Optional<String> forwardUsernameHeader) {
    static BasicAuth read(Fields f) {
        return new BasicAuth(
                f.requiredObject("users", ObjectReference::readSecret),
                f.string("forwardUsernameHeader", Syntax.HEADER_NAME));
    }
}
