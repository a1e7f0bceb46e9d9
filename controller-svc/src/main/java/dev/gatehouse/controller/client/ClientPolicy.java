package dev.gatehouse.controller.client;

import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.client.ClientSettings;
import dev.gatehouse.gatewayapi.client.ClientTls;
import dev.gatehouse.gatewayapi.client.ClientValidation;
import java.util.Optional;

/**
 * The settings for the clients of one listener.
 *
 * @param owner the ClientTrafficPolicy that the settings are from; empty: no policy
 * @param defaultHost for requests of HTTP/1.0 without a host; empty: such requests are refused
 * @param trusted whether clients' certificates are verified with the CAs of {@code owner}
 * @param http3 whether HTTP/3 is served
 * @param closed true if the policy cannot be applied: no request may pass
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

    /** Whether a listener serves HTTP/3, or why not. */
    public enum Http3 {
        NOT_ASKED_FOR,
        SERVED,
        /** Not served: Envoy cannot request client certificates over QUIC. */
        WITHOUT_CLIENT_VALIDATION,
        /** Not served: another listener has the UDP port. */
        PORT_TAKEN
    }

    /** The settings of a listener whose policy cannot be applied: the listener is closed. */
    public static ClientPolicy closedBy(ObjectKey policy) {
        return new ClientPolicy(
                ClientSettings.NONE, Optional.of(policy), Optional.empty(), false, Http3.NOT_ASKED_FOR, true);
    }

    /** The policy's validation of client certificates; empty: the Gateway's own validation applies. */
    public Optional<ClientValidation> validation() {
        return settings.tls().flatMap(ClientTls::validation);
    }
}
