package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.client.ClientPolicy;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.access.AccessPolicy;
import dev.gatehouse.gatewayapi.access.ClientCertificates;
import dev.gatehouse.gatewayapi.client.ClientValidation;
import dev.gatehouse.gatewayapi.client.HeaderSettings;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a listener verifies the certificates by which an AccessPolicy knows clients. One that does not would let in whoever writes a certificate. A listener without
 * TLS has no certificates: nobody is known there.
 */
final class CertificateSources {
    private static final Set<HeaderSettings.ForwardMode> FORWARDING =
            Set.of(HeaderSettings.ForwardMode.ForwardOnly, HeaderSettings.ForwardMode.AppendForward);

    private final Model model;

    CertificateSources(Model model) {
        this.model = model;
    }

    /** Why {@code policy} cannot be enforced on one of {@code listeners}; empty: it can. */
    Optional<String> problem(Reads reads, AccessPolicy policy, Collection<ListenerKey> listeners) {
        return policy.clientCertificates()
                .flatMap(certificates -> listeners.stream()
                        .sorted()
                        .flatMap(listener -> problem(reads, certificates, listener).stream())
                        .findFirst());
    }

    private Optional<String> problem(Reads reads, ClientCertificates certificates, ListenerKey key) {
        Optional<ListenerState> listener = reads.get(model.listeners, key)
                .filter(each -> each.spec().protocol().equals("HTTPS"));
        if (listener.isEmpty()) {
            return Optional.empty();
        }
        ClientPolicy client = model.clients.of(reads, key);
        boolean verified = client.validation().isPresent()
                ? client.validation()
                        .map(ClientValidation::mode)
                        .filter(ClientValidation.Mode::verified)
                        .isPresent()
                : reads.get(model.gateways, key.gateway())
                        .flatMap(state -> state.gateway().spec().frontendTls())
                        .flatMap(frontend -> frontend.of(listener.get().spec()))
                        .filter(validation -> validation.mode() == Gateway.ValidationMode.AllowValidOnly)
                        .isPresent();
        if (!verified) {
            return Optional.of("spec.clientCertificates needs certificates that listener " + key
                    + " verifies (expected: tls.clientValidation in a ClientTrafficPolicy, of mode VerifyIfGiven or"
                    + " RequireAndVerify)");
        }
        boolean forwarded = client.settings()
                .headers()
                .forwardedCertificate()
                .filter(each -> FORWARDING.contains(each.mode()))
                .isPresent();
        return certificates.trustedProxies().isEmpty() || forwarded
                ? Optional.empty()
                : Optional.of(
                        "spec.clientCertificates.trustedProxies needs X-Forwarded-Client-Cert, which listener " + key
                                + " takes out of requests (expected: headers.xForwardedClientCert.mode ForwardOnly or"
                                + " AppendForward in a ClientTrafficPolicy)");
    }
}
