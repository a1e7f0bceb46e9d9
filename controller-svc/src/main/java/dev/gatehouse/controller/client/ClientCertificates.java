package dev.gatehouse.controller.client;

import dev.gatehouse.controller.gateway.Certificates;
import dev.gatehouse.controller.gateway.GatewayResolver;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.SecretDiscovery;
import dev.gatehouse.gatewayapi.client.ClientValidation;
import dev.gatehouse.gatewayapi.client.ClientValidation.Mode;
import dev.gatehouse.gatewayapi.client.ClientValidation.RevocationLists;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Resolves the references of a policy's client certificate validation. The outcome is either all of them resolved, or
 * the reason why not.
 */
public final class ClientCertificates {
    private static final String AUTHORITIES = "ca.crt";
    private static final String REVOCATIONS = "ca.crl";

    /** The resolver's view of other objects. */
    public interface World {
        /** The texts in a ConfigMap, Secret or ClusterTrustBundle, by their keys; empty: the object does not exist. */
        Optional<Map<String, String>> texts(String kind, ObjectKey key);

        /** The SDS server that a Secret refers to; empty: the Secret refers to none. */
        Optional<SecretDiscovery.Outcome> discovery(ObjectKey secret);

        boolean permitted(ReferenceGrant.Origin from, String kind, ObjectKey to);
    }

    /** The outcome of resolving a validation. */
    public sealed interface Outcome {
        /**
         * Client certificates can be validated as the policy specifies.
         *
         * @param trust empty: any certificate is accepted
         * @param warnings the policy's fields that have no effect
         */
        record Usable(Optional<ClientTrust> trust, List<String> warnings) implements Outcome {
            public Usable {
                warnings = List.copyOf(warnings);
            }
        }

        /** Client certificates cannot be validated: the policy closes the listeners that it targets. */
        record Unusable(String problem) implements Outcome {}
    }

    private final ReferenceGrant.Origin origin;
    private final World world;
    private final List<String> problems = new ArrayList<>();

    private ClientCertificates(String namespace, World world) {
        this.origin =
                new ReferenceGrant.Origin(Kinds.ENVOY_GATEWAY_GROUP, Kinds.CLIENT_TRAFFIC_POLICY.name(), namespace);
        this.world = world;
    }

    /** Resolves {@code validation} of a policy in {@code namespace}. */
    public static Outcome resolve(String namespace, ClientValidation validation, World world) {
        return new ClientCertificates(namespace, world).resolve(validation);
    }

    private Outcome resolve(ClientValidation validation) {
        Set<String> certificates = new LinkedHashSet<>();
        Optional<SecretDiscovery> server = Optional.empty();
        for (int i = 0; i < validation.authorities().size(); i++) {
            String field = "clientValidation.caCertificateRefs[" + i + "]";
            ObjectReference reference = validation.authorities().get(i);
            Optional<SecretDiscovery.Outcome> discovery = discovery(reference);
            if (discovery.isPresent()) {
                server = server(discovery.get(), field + ": " + named(reference) + " ", validation);
                continue;
            }
            text(reference, AUTHORITIES, field).ifPresent(pem -> {
                List<String> readable = Certificates.readable(pem);
                if (readable.isEmpty()) {
                    problems.add(field + ": " + named(reference) + " has no certificate that can be read");
                }
                certificates.addAll(readable);
            });
        }
        StringBuilder revocations = new StringBuilder();
        validation.revocation().ifPresent(lists -> readRevocations(lists, revocations));
        if (certificates.isEmpty() && server.isEmpty() && problems.isEmpty()) {
            checkWithoutAuthorities(validation);
        }
        if (!problems.isEmpty()) {
            return new Outcome.Unusable(String.join("; ", problems));
        }
        if (certificates.isEmpty() && server.isEmpty()) {
            return new Outcome.Usable(
                    Optional.empty(),
                    validation.revocation().isPresent()
                            ? List.of("spec.tls.clientValidation.crl has no effect without caCertificateRefs")
                            : List.of());
        }
        return new Outcome.Usable(
                Optional.of(new ClientTrust(
                        String.join("", certificates),
                        server,
                        revocations.toString(),
                        validation.revocation().map(RevocationLists::leafOnly).orElse(false))),
                List.of());
    }

    private Optional<SecretDiscovery.Outcome> discovery(ObjectReference reference) {
        if (!reference.kind().equals(Kinds.SECRET.name())) {
            return Optional.empty();
        }
        ObjectKey key = reference.authoritiesKey(origin.namespace());
        return world.permitted(origin, reference.kind(), key) ? world.discovery(key) : Optional.empty();
    }

    private Optional<SecretDiscovery> server(
            SecretDiscovery.Outcome outcome, String what, ClientValidation validation) {
        return switch (outcome) {
            case SecretDiscovery.Outcome.Unusable unusable -> {
                problems.add(what + unusable.problem());
                yield Optional.empty();
            }
            case SecretDiscovery.Outcome.Usable usable -> {
                if (validation.authorities().size() > 1) {
                    problems.add(what + GatewayResolver.DISCOVERED_ALONE);
                }
                if (validation.revocation().isPresent()) {
                    problems.add("clientValidation.crl: stands beside CAs of an SDS server (expected: the lists from"
                            + " that server)");
                }
                yield Optional.of(usable.discovery());
            }
        };
    }

    private void checkWithoutAuthorities(ClientValidation validation) {
        if (validation.mode().verified()) {
            problems.add("clientValidation.caCertificateRefs: is empty (expected: at least one CA for mode "
                    + validation.mode() + ")");
        }
        if (validation.mode() == Mode.RequireAny
                && validation.spkiHashes().isEmpty()
                && validation.certificateHashes().isEmpty()) {
            // Envoy requests a client certificate only if it has something to verify it with. Without that, every
            // client would be let in.
            problems.add("clientValidation: mode RequireAny has no caCertificateRefs, spkiHashes or certificateHashes"
                    + " (expected: one of them, since Envoy asks for no certificate without)");
        }
        if (!validation.names().isEmpty()) {
            // Envoy refuses subject names without a CA: anybody could issue a certificate with these names.
            problems.add(
                    "clientValidation.subjectAltNames: is set without caCertificateRefs (expected: at least one CA)");
        }
    }

    private void readRevocations(RevocationLists lists, StringBuilder revocations) {
        for (int i = 0; i < lists.references().size(); i++) {
            String field = "clientValidation.crl.refs[" + i + "]";
            ObjectReference reference = lists.references().get(i);
            text(reference, REVOCATIONS, field).ifPresent(pem -> {
                Certificates.problemWithRevocations(pem)
                        .ifPresent(problem -> problems.add(field + ": " + named(reference) + " " + problem));
                revocations.append(pem).append('\n');
            });
        }
    }

    /** The text under the key {@code name}, or the object's only text. */
    private Optional<String> text(ObjectReference reference, String name, String field) {
        if (!reference.holdsAuthorities()) {
            problems.add(field + ": \"" + reference.kind()
                    + "\" cannot hold certificates (expected: a ConfigMap, Secret or ClusterTrustBundle)");
            return Optional.empty();
        }
        ObjectKey key = reference.authoritiesKey(origin.namespace());
        if (!key.namespace().isEmpty() && !world.permitted(origin, reference.kind(), key)) {
            problems.add(field + ": " + named(reference)
                    + " is in another namespace, and no ReferenceGrant there permits it");
            return Optional.empty();
        }
        Optional<Map<String, String>> texts = world.texts(reference.kind(), key);
        if (texts.isEmpty()) {
            problems.add(field + ": " + named(reference) + " is not there");
            return Optional.empty();
        }
        Optional<String> text = Optional.ofNullable(texts.get().get(name))
                .or(() ->
                        texts.get().size() == 1 ? texts.get().values().stream().findFirst() : Optional.empty())
                .filter(each -> !each.isEmpty());
        if (text.isEmpty()) {
            problems.add(field + ": " + named(reference) + " has no key \"" + name + "\" (keys: "
                    + texts.get().keySet().stream().sorted().toList() + ")");
        }
        return text;
    }

    private String named(ObjectReference reference) {
        return reference.kind() + " " + reference.authoritiesKey(origin.namespace());
    }
}
