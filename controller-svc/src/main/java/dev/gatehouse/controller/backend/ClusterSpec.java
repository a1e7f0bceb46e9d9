package dev.gatehouse.controller.backend;

import dev.gatehouse.controller.extensionserver.ExtensionReference;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.BackendTlsPolicy;
import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.security.Cidr;
import dev.gatehouse.gatewayapi.traffic.BackendSettings;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The specification of an Envoy cluster. Its name is made from its content, so that a cluster stays as it is when route
 * rules are added, removed or reordered.
 *
 * @param name unique in a fleet; equal specifications have equal names
 * @param endpointsName the name of the endpoints resource; clusters whose settings differ share it if the settings do
 * not change the endpoints
 * @param credentials the credentials that are added to requests, in this order
 * @param wishes the backend's own settings; {@code settings} already include the ones that apply
 */
public record ClusterSpec(
        String name,
        Endpoints endpoints,
        Protocol protocol,
        ClusterSettings settings,
        String endpointsName,
        List<InjectedCredential> credentials,
        BackendWishes wishes) {
    public ClusterSpec(String name, Endpoints endpoints, Protocol protocol) {
        this(name, endpoints, protocol, ClusterSettings.NONE, name, List.of(), BackendWishes.NONE);
    }

    public ClusterSpec {
        credentials = List.copyOf(credentials);
    }

    /** A copy that also adds {@code credential} to requests. */
    public ClusterSpec injecting(InjectedCredential credential) {
        List<InjectedCredential> all = new ArrayList<>(credentials);
        all.add(credential);
        return new ClusterSpec(name + credential.suffix(), endpoints, protocol, settings, endpointsName, all, wishes);
    }

    /** A copy that shows the client certificate {@code certificate} to endpoints with TLS. */
    public ClusterSpec presenting(ObjectKey certificate) {
        if (tls().isEmpty()) {
            return this;
        }
        String suffix = "/as/" + certificate;
        return new ClusterSpec(
                name + suffix,
                endpoints.presenting(certificate),
                protocol,
                settings,
                endpointsName + suffix,
                credentials,
                wishes);
    }

    /**
     * A copy with the {@code settings} of a reference whose owner is not a route.
     *
     * @param hostname the Host header of health checks that do not set one
     */
    public ClusterSpec with(BackendSettings settings, String hostname) {
        return with(ClusterSettings.of(settings, hostname));
    }

    /** A copy with the settings {@code more}. */
    public ClusterSpec with(ClusterSettings more) {
        ClusterSettings all = wishes.under(more);
        if (all.equals(settings)) {
            return this;
        }
        return new ClusterSpec(
                name + "/with/" + all.digest(),
                endpoints,
                protocol,
                all,
                all.endpointsDigest(endpoints.named())
                        .map(digest -> endpointsName + "/with/" + digest)
                        .orElse(endpointsName),
                credentials,
                wishes);
    }

    /** A copy with the backend's own settings {@code own}. */
    ClusterSpec wishing(BackendWishes own) {
        return new ClusterSpec(name, endpoints, protocol, settings, endpointsName, credentials, own).with(settings);
    }

    /** A copy with the name {@code other}. */
    public ClusterSpec renamed(String other) {
        return new ClusterSpec(other, endpoints, protocol, settings, endpointsName, credentials, wishes);
    }

    /** The limits on a request's host, if each request is sent to its own host; empty: the endpoints are known. */
    public Optional<Endpoints.Resolved> resolved() {
        return endpoints instanceof Endpoints.Resolved each ? Optional.of(each) : Optional.empty();
    }

    /** The distinct TLS settings of the endpoints. */
    public List<Tls> tls() {
        return transports().stream().flatMap(Optional::stream).toList();
    }

    /** The distinct transports of the endpoints: TLS settings, or empty for plain text. */
    public List<Optional<Tls>> transports() {
        return endpoints.transports().distinct().toList();
    }

    /** The protocol of requests to the endpoints. */
    public enum Protocol {
        HTTP1,
        /** HTTP/2. Without TLS it is spoken with prior knowledge (h2c). */
        HTTP2
    }

    /** The source of the endpoints. */
    public sealed interface Endpoints {
        /** True if an endpoint has a DNS name that Envoy must resolve. */
        boolean dns();

        /** The transport of each endpoint: TLS settings, or empty for plain text. */
        Stream<Optional<Tls>> transports();

        /** The Services and ServiceImports whose EndpointSlices the endpoints are from. */
        default Stream<SlicesOwner> owners() {
            return switch (this) {
                case ServicePort port -> Stream.of(port.owner());
                case Weighted weighted ->
                    weighted.shares().stream()
                            .flatMap(share -> share.endpoints().owners());
                case Listed _, Resolved _, OfExtension _ -> Stream.empty();
            };
        }

        /**
         * True if the endpoints can be grouped by their zones. Envoy's localities either separate the backends of a
         * split or the zones, not both.
         */
        default boolean zoned() {
            return !(this instanceof Weighted weighted) || weighted.onePerPriority();
        }

        /** True if endpoints have hostnames of their own. */
        default boolean named() {
            return switch (this) {
                case Listed listed ->
                    listed.places().stream()
                            .anyMatch(place -> place.member().hostname().isPresent());
                case Weighted weighted ->
                    weighted.shares().stream()
                            .anyMatch(share -> share.endpoints().named());
                case ServicePort _, Resolved _, OfExtension _ -> false;
            };
        }

        /** A copy that shows the client certificate {@code certificate} to endpoints with TLS. */
        Endpoints presenting(ObjectKey certificate);

        /**
         * The EndpointSlices of a Service.
         *
         * @param portName the name of the Service's port; absent: the port has no name
         */
        record ServicePort(SlicesOwner owner, Optional<String> portName, String transport, Optional<Tls> tls)
                implements Endpoints {
            @Override
            public boolean dns() {
                return false;
            }

            @Override
            public Stream<Optional<Tls>> transports() {
                return Stream.of(tls);
            }

            @Override
            public ServicePort presenting(ObjectKey certificate) {
                return new ServicePort(owner, portName, transport, tls.map(each -> each.presenting(certificate)));
            }
        }

        /** Addresses and names that a Backend, or a Service of type ExternalName, lists. */
        record Listed(List<Place> places) implements Endpoints {
            public Listed {
                places = List.copyOf(places);
            }

            @Override
            public boolean dns() {
                return places.stream().anyMatch(place -> place.member().endpoint() instanceof Backend.Endpoint.Fqdn);
            }

            @Override
            public Stream<Optional<Tls>> transports() {
                return places.stream().map(Place::tls);
            }

            @Override
            public Listed presenting(ObjectKey certificate) {
                return new Listed(places.stream()
                        .map(place -> new Place(place.member(), place.tls().map(each -> each.presenting(certificate))))
                        .toList());
            }
        }

        /** No endpoints: the backend is an object of an extension server, and the server completes the cluster. */
        record OfExtension(ExtensionReference backend) implements Endpoints {
            @Override
            public boolean dns() {
                return false;
            }

            @Override
            public Stream<Optional<Tls>> transports() {
                return Stream.of(Optional.empty());
            }

            @Override
            public OfExtension presenting(ObjectKey certificate) {
                return this;
            }
        }

        /**
         * The host of each request, or the SNI of each connection, resolved by DNS.
         *
         * @param refused the addresses that no host may resolve to
         * @param refusedPorts the ports that no host may name
         */
        record Resolved(Optional<Tls> tls, List<Cidr> refused, Set<Integer> refusedPorts) implements Endpoints {
            public Resolved {
                refused = List.copyOf(refused);
                refusedPorts = Set.copyOf(refusedPorts);
            }

            @Override
            public boolean dns() {
                return true;
            }

            @Override
            public Stream<Optional<Tls>> transports() {
                return Stream.of(tls);
            }

            @Override
            public Resolved presenting(ObjectKey certificate) {
                return new Resolved(tls.map(each -> each.presenting(certificate)), refused, refusedPorts);
            }
        }

        /** The endpoints of several backends, each with its share of requests. */
        record Weighted(List<Share> shares) implements Endpoints {
            public Weighted {
                shares = List.copyOf(shares);
            }

            private boolean onePerPriority() {
                return Stream.of(false, true)
                        .allMatch(standBy -> shares.stream()
                                        .filter(share -> share.weight() > 0 && share.standBy() == standBy)
                                        .count()
                                <= 1);
            }

            @Override
            public boolean dns() {
                return shares.stream().anyMatch(share -> share.endpoints().dns());
            }

            @Override
            public Stream<Optional<Tls>> transports() {
                return shares.stream().flatMap(share -> share.endpoints().transports());
            }

            @Override
            public Weighted presenting(ObjectKey certificate) {
                return new Weighted(shares.stream()
                        .map(share ->
                                new Share(share.endpoints().presenting(certificate), share.weight(), share.standBy()))
                        .toList());
            }
        }
    }

    /** The owner of EndpointSlices: a Service, or a ServiceImport. */
    public record SlicesOwner(boolean imported, ObjectKey key) implements Comparable<SlicesOwner> {
        private static final Comparator<SlicesOwner> ORDER =
                Comparator.comparing(SlicesOwner::imported).thenComparing(SlicesOwner::key);

        @Override
        public int compareTo(SlicesOwner other) {
            return ORDER.compare(this, other);
        }
    }

    /** A listed endpoint and its transport. */
    public record Place(Backend.Member member, Optional<Tls> tls) {
        /** An endpoint whose request host is its own address. */
        static Place of(Backend.Endpoint endpoint, Optional<Tls> tls) {
            return new Place(new Backend.Member(endpoint, Optional.empty(), Optional.empty()), tls);
        }
    }

    /**
     * A part of {@link Endpoints.Weighted}.
     *
     * @param weight relative to the other shares with the same {@code standBy}
     * @param standBy true if the share gets requests only while the other shares have no healthy endpoint
     */
    public record Share(Endpoints endpoints, int weight, boolean standBy) {}

    /**
     * TLS to the endpoints.
     *
     * @param subjectAltNames an endpoint's certificate must have one of these names; empty: the certificate must have
     * the SNI name
     * @param clientCertificate the Secret with the client certificate for the endpoints
     * @param connection the backend's own parameters of the handshake
     */
    public record Tls(
            Trust trust,
            Sni sni,
            List<BackendTlsPolicy.SubjectAltName> subjectAltNames,
            Optional<ObjectKey> clientCertificate,
            EnvoyProxySpec.BackendTls connection) {
        public Tls {
            subjectAltNames = List.copyOf(subjectAltNames);
        }

        /** The TLS settings of a BackendTLSPolicy. */
        public static Tls of(Trust trust, String hostname, List<BackendTlsPolicy.SubjectAltName> subjectAltNames) {
            return new Tls(
                    trust,
                    new Sni.Fixed(hostname),
                    subjectAltNames,
                    Optional.empty(),
                    EnvoyProxySpec.BackendTls.DEFAULT);
        }

        /** A copy in which the backend's settings {@code own} fill the fields that are absent. */
        Tls over(Tls own) {
            return new Tls(trust, sni, subjectAltNames, own.clientCertificate, own.connection);
        }

        /** The backend's own client certificate wins over the Gateway's. */
        private Tls presenting(ObjectKey certificate) {
            return new Tls(
                    trust, sni, subjectAltNames, clientCertificate.or(() -> Optional.of(certificate)), connection);
        }
    }

    /** The CAs that the endpoints' certificates are verified with. */
    public sealed interface Trust {
        /** The CAs of the system. */
        record System() implements Trust {}

        /** The CAs that a BackendTLSPolicy or Backend refers to. The owner's name is the name of the SDS resource with the CAs. */
        record Authorities(ObjectRef owner) implements Trust {}

        /** Nothing: any certificate is accepted. */
        record Anything() implements Trust {}
    }

    /** The SNI name in handshakes with endpoints. */
    public sealed interface Sni {
        record Fixed(String hostname) implements Sni {}

        /** Each endpoint's own name. */
        record OfEndpoint() implements Sni {}

        /** The host of each request. */
        record OfRequest() implements Sni {}
    }
}
