package dev.gatehouse.controller.client;

import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.client.ClientSettings;
import dev.gatehouse.gatewayapi.client.ClientTls;
import dev.gatehouse.gatewayapi.client.ClientValidation;
import java.util.Optional;

/**
 * What counts for the clients of one listener.
 *
 * @param owner the ClientTrafficPolicy that says so; empty: none does
 * @param defaultHost for requests of HTTP/1.0 without a host; empty: such requests are refused
 * @param trusted clients' certificates are verified with the CAs of {@code owner}
 * @param http3 whether HTTP/3 is served
 * @param closed the policy cannot be applied: no request may pass
 */
public record ClientPolicy(
        ClientSettings settings,
        Optional<ObjectKey> owner,
        Optional<String> defaultHost,
        boolean trusted,
        Http3 http3,
        boolean closed) {
    /** No policy. */
    public static final ClientPolicy NONE = new ClientPolicy(
            ClientSettings.NONE, Optional.empty(), Optional.empty(), false, Http3.NOT_ASKED_FOR, false);

    /** HTTP/3 on a listener. */
    public enum Http3 {
        NOT_ASKED_FOR,
        SERVED,
        /** Envoy cannot ask for certificates over QUIC. */
        WITHOUT_CLIENT_VALIDATION,
        /** Another listener has the UDP port. */
        PORT_TAKEN
    }

    /** A policy that cannot be applied. */
    public static ClientPolicy closedBy(ObjectKey policy) {
        return new ClientPolicy(
                ClientSettings.NONE, Optional.of(policy), Optional.empty(), false, Http3.NOT_ASKED_FOR, true);
    }

    /** Which certificates the policy asks clients for; the Gateway's own validation counts where this is empty. */
    public Optional<ClientValidation> validation() {
        return settings.tls().flatMap(ClientTls::validation);
    }
}
