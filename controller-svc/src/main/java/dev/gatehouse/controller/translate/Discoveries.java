package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.controller.gateway.Certificates;
import dev.gatehouse.controller.gateway.GatewayResolver.CertificateCheck;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.Secret;
import dev.gatehouse.gatewayapi.SecretDiscovery;
import dev.gatehouse.gatewayapi.SecretDiscovery.Outcome;
import java.util.List;
import java.util.Optional;

/** The Secrets that refer to SDS servers beside the proxies. */
final class Discoveries {
    private final boolean enabled;
    private final Collection<ObjectKey, Outcome> outcomes;

    /** @param enabled whether such Secrets may be used */
    Discoveries(Graph graph, Inputs inputs, boolean enabled) {
        this.enabled = enabled;
        outcomes = graph.map("discoveries", inputs.of(Kinds.SECRET), (_, _, secret) -> outcome(secret.spec()));
    }

    private Optional<Outcome> outcome(Secret secret) {
        if (!SecretDiscovery.isReference(secret)) {
            return Optional.empty();
        }
        return Optional.of(
                enabled
                        ? SecretDiscovery.read(secret)
                        : new Outcome.Unusable("is of type " + SecretDiscovery.TYPE
                                + ", and references to SDS servers are not enabled (expected:"
                                + " extensionApis.enableSDSSecretRef in the EnvoyGateway's configuration, or"
                                + " gatehouse.controller.extension-apis.sds-secret-ref)"));
    }

    /** The outcome of reading the Secret's reference to a server; empty: the Secret refers to none. */
    Optional<Outcome> outcome(Reads reads, ObjectKey secret) {
        return reads.get(outcomes, secret);
    }

    /** The server that the Secret validly refers to. */
    Optional<SecretDiscovery> of(Reads reads, ObjectKey secret) {
        return outcome(reads, secret)
                .flatMap(outcome ->
                        outcome instanceof Outcome.Usable usable ? Optional.of(usable.discovery()) : Optional.empty());
    }

    /** The server that has the CAs of {@code references}, seen from {@code namespace}. */
    Optional<SecretDiscovery> of(Reads reads, List<ObjectReference> references, String namespace) {
        return references.stream()
                .filter(reference -> reference.kind().equals(Kinds.SECRET.name()))
                .flatMap(reference -> of(reads, reference.authoritiesKey(namespace)).stream())
                .findFirst();
    }

    /** Checks a Secret as the certificate of a server or client. */
    CertificateCheck certificate(Secret secret) {
        return outcome(secret)
                .map(Discoveries::check)
                .orElseGet(() -> Certificates.problem(secret)
                        .<CertificateCheck>map(CertificateCheck.Invalid::new)
                        .orElse(new CertificateCheck.Valid()));
    }

    static CertificateCheck check(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Usable _ -> new CertificateCheck.Discovered();
            case Outcome.Unusable unusable -> new CertificateCheck.Invalid(unusable.problem());
        };
    }
}
