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
 * An Envoy cluster to be: named by what it is, so that rules may come, go and change their order without touching it.
 *
 * @param name unique in a fleet; equal specifications have equal names
 * @param endpointsName of the resource with the endpoints, which clusters with different settings share where the settings do not show there
 * @param credentials that requests get, one after the other
 * @param wishes what the backend itself wants; {@code settings} have what counts of it
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

    /** The same backend, whose requests get {@code credential} too. */
    public ClusterSpec injecting(InjectedCredential credential) {
        List<InjectedCredential> all = new ArrayList<>(credentials);
        all.add(credential);
        return new ClusterSpec(name + credential.suffix(), endpoints, protocol, settings, endpointsName, all, wishes);
    }

    /** The same endpoints, and where TLS is spoken to them, by a Gateway that shows {@code certificate}. */
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
     * The same backend, treated as {@code settings} of a reference say that is no route's.
     *
     * @param hostname what health checks ask for that do not say it
     */
    public ClusterSpec with(BackendSettings settings, String hostname) {
        return with(ClusterSettings.of(settings, hostname));
    }

    /** The same backend, treated as {@code more} say. */
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
                all.endpointsDigest()
                        .map(digest -> endpointsName + "/with/" + digest)
                        .orElse(endpointsName),
                credentials,
                wishes);
    }

    /** The same backend, which wants something itself. */
    ClusterSpec wishing(BackendWishes own) {
        return new ClusterSpec(name, endpoints, protocol, settings, endpointsName, credentials, own).with(settings);
    }

    /** The same under a name of its own. */
    public ClusterSpec renamed(String other) {
        return new ClusterSpec(other, endpoints, protocol, settings, endpointsName, credentials, wishes);
    }

    /** Where each request goes to its own host: what that may be. */
    public Optional<Endpoints.Resolved> resolved() {
        return endpoints instanceof Endpoints.Resolved each ? Optional.of(each) : Optional.empty();
    }

    /** Each way in which TLS is spoken to endpoints. */
    public List<Tls> tls() {
        return transports().stream().flatMap(Optional::stream).toList();
    }

    /** Each way to speak to endpoints, once: by TLS, or in plain text. */
    public List<Optional<Tls>> transports() {
        return endpoints.transports().distinct().toList();
    }

    /** What is spoken to the endpoints. */
    public enum Protocol {
        HTTP1,
        /** HTTP/2, without TLS unless the endpoints have it. */
        HTTP2
    }

    /** Where the endpoints come from. */
    public sealed interface Endpoints {
        /** True if there is a name to be resolved. */
        boolean dns();

        /** How each endpoint is spoken to: by TLS, or in plain text. */
        Stream<Optional<Tls>> transports();

        /** What has the EndpointSlices that some are from. */
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
         * True if the endpoints can be grouped by their zones: the backends of a split are told apart by Envoy's localities, which
         * zones are, too.
         */
        default boolean zoned() {
            return !(this instanceof Weighted weighted) || weighted.onePerPriority();
        }

        /** The same endpoints for a Gateway that shows {@code certificate}. */
        Endpoints presenting(ObjectKey certificate);

        /**
         * The EndpointSlices of a Service.
         *
         * @param portName the name of the Service's port; absent where it has none
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

        /** None: the backend is an object of an extension server, which makes the cluster what it is. */
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
         * Each request's own host, or each connection's SNI, that a name server resolves.
         *
         * @param refused addresses that none may lead to
         * @param refusedPorts ports that none may name
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

        /** Those of several backends, each with its share. */
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

    /** What EndpointSlices belong to: a Service, or a ServiceImport. */
    public record SlicesOwner(boolean imported, ObjectKey key) implements Comparable<SlicesOwner> {
        private static final Comparator<SlicesOwner> ORDER =
                Comparator.comparing(SlicesOwner::imported).thenComparing(SlicesOwner::key);

        @Override
        public int compareTo(SlicesOwner other) {
            return ORDER.compare(this, other);
        }
    }

    /** An endpoint that is listed, and how it is spoken to. */
    public record Place(Backend.Member member, Optional<Tls> tls) {
        /** An endpoint that is called as its address says. */
        static Place of(Backend.Endpoint endpoint, Optional<Tls> tls) {
            return new Place(new Backend.Member(endpoint, Optional.empty(), Optional.empty()), tls);
        }
    }

    /**
     * A part of {@link Endpoints.Weighted}.
     *
     * @param weight among the shares that are not on stand-by, or among those that are
     * @param standBy it gets requests while the others have no endpoint that is healthy
     */
    public record Share(Endpoints endpoints, int weight, boolean standBy) {}

    /**
     * TLS to the endpoints.
     *
     * @param subjectAltNames one of which an endpoint's certificate must have; empty: the name that the endpoint is called by
     * @param clientCertificate the Secret that the endpoints are shown
     * @param connection what the backend itself says of the connection
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

        /** As a BackendTLSPolicy asks for it. */
        public static Tls of(Trust trust, String hostname, List<BackendTlsPolicy.SubjectAltName> subjectAltNames) {
            return new Tls(
                    trust,
                    new Sni.Fixed(hostname),
                    subjectAltNames,
                    Optional.empty(),
                    EnvoyProxySpec.BackendTls.DEFAULT);
        }

        /** The same, where {@code own} of the backend counts for what {@code this} says nothing of. */
        Tls over(Tls own) {
            return new Tls(trust, sni, subjectAltNames, own.clientCertificate, own.connection);
        }

        /** A certificate that the backend asks for wins over the Gateway's. */
        private Tls presenting(ObjectKey certificate) {
            return new Tls(
                    trust, sni, subjectAltNames, clientCertificate.or(() -> Optional.of(certificate)), connection);
        }
    }

    /** What the endpoints' certificates are verified with. */
    public sealed interface Trust {
        /** The CAs of the system. */
        record System() implements Trust {}

        /** The CAs that a BackendTLSPolicy or Backend refers to: names the SDS resource with them. */
        record Authorities(ObjectRef owner) implements Trust {}

        /** Nothing: any certificate is accepted. */
        record Anything() implements Trust {}
    }

    /** The name that endpoints are called by. */
    public sealed interface Sni {
        record Fixed(String hostname) implements Sni {}

        /** Each by its own name. */
        record OfEndpoint() implements Sni {}

        /** By the host of each request. */
        record OfRequest() implements Sni {}
    }
}
