package dev.gatehouse.controller.backend;

import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.Locale;

/**
 * A credential that requests get on their way to a cluster's endpoints.
 *
 * @param secret has it: names the SDS resource
 * @param overwrite a header that a client sent is replaced
 */
public record InjectedCredential(ObjectKey secret, String header, boolean overwrite) {
    /** What tells a cluster with the credential from others. */
    String suffix() {
        return "/credential/" + secret + "/" + header.toLowerCase(Locale.ROOT) + (overwrite ? "/overwrite" : "");
    }
}
