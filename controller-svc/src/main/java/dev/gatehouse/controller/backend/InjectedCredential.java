package dev.gatehouse.controller.backend;

import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.Locale;

/**
 * A credential that Envoy adds to requests to a cluster's endpoints.
 *
 * @param secret the Secret with the credential; the SDS resource has its name
 * @param overwrite whether the credential replaces a header that the client sent
 */
public record InjectedCredential(ObjectKey secret, String header, boolean overwrite) {
    /** The suffix in the name of a cluster with this credential. */
    String suffix() {
        return "/credential/" + secret + "/" + header.toLowerCase(Locale.ROOT) + (overwrite ? "/overwrite" : "");
    }
}
