package dev.gatehouse.controller.backend;

import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.BackendTlsPolicy;
import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * An Envoy cluster to be: named by what it is, so that rules may come, go and change their order without touching it.
 *
 * @param name unique in a fleet; equal specifications have equal names
 */
public record ClusterSpec(String name, Endpoints endpoints, Protocol protocol, Optional<Tls> tls) {
    /** The same endpoints, and where TLS is spoken to them, by a Gateway that shows {@code certificate}. */
    public ClusterSpec presenting(ObjectKey certificate) {
        return tls.map(each -> new ClusterSpec(
                        name + "/as/" + certificate, endpoints, protocol, Optional.of(each.presenting(certificate))))
                .orElse(this);
    }

    /** What is spoken to the endpoints. */
    public enum Protocol {
        HTTP1,
        /** HTTP/2, without TLS unless {@link ClusterSpec#tls} is there. */
        HTTP2
    }

    /** Where the endpoints come from. */
    public sealed interface Endpoints {
        /**
         * The EndpointSlices of a Service.
         *
         * @param portName the name of the Service's port; absent where it has none
         */
        record ServicePort(SlicesOwner owner, Optional<String> portName, String transport) implements Endpoints {}

        /** Addresses and names that a Backend, or a Service of type ExternalName, lists. */
        record Listed(List<Backend.Endpoint> endpoints) implements Endpoints {
            public Listed {
                endpoints = List.copyOf(endpoints);
            }

            /** True if there is a name to be resolved. */
            public boolean dns() {
                return endpoints.stream().anyMatch(Backend.Endpoint.Fqdn.class::isInstance);
            }
        }

        /** Several, each with its share: for protocols that Envoy cannot split by route. */
        record Weighted(List<Share> shares) implements Endpoints {
            public Weighted {
                shares = List.copyOf(shares);
            }
        }
    }

    /** What EndpointSlices belong to: a Service, or a ServiceImport. */
    public record SlicesOwner(boolean imported, ObjectKey key) implements Comparable<SlicesOwner> {
        private static final Comparator<SlicesOwner> ORDER =
                Comparator.comparing(SlicesOwner::imported).thenComparing(SlicesOwner::key);

        @Override
        public int compareTo(SlicesOwner other) {
            return ORDER.compare(this, other);
        }
    }

    /** A part of {@link Endpoints.Weighted}. */
    public record Share(Endpoints endpoints, int weight) {}

    /**
     * TLS to the endpoints.
     *
     * @param policy the BackendTLSPolicy that asks for it: names the SDS resource with the CAs
     * @param systemCertificates true: the CAs of the system
     * @param clientCertificate the Secret that the Gateway shows to the endpoints, where it has one
     */
    public record Tls(
            ObjectKey policy,
            boolean systemCertificates,
            String hostname,
            List<BackendTlsPolicy.SubjectAltName> subjectAltNames,
            Optional<ObjectKey> clientCertificate) {
        public Tls {
            subjectAltNames = List.copyOf(subjectAltNames);
        }

        private Tls presenting(ObjectKey certificate) {
            return new Tls(policy, systemCertificates, hostname, subjectAltNames, Optional.of(certificate));
        }
    }
}
