package dev.gatehouse.controller.backend;

import dev.gatehouse.controller.backend.ClusterSpec.Endpoints;
import dev.gatehouse.controller.backend.ClusterSpec.Protocol;
import dev.gatehouse.controller.extensionserver.ExtensionReference;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.Service;
import dev.gatehouse.gatewayapi.ServiceImport;
import dev.gatehouse.gatewayapi.traffic.LoadBalancer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Resolves references to backends. */
public final class BackendResolver {
    /** The resolver's view of other objects. */
    public interface World {
        Optional<Resource<Service>> service(ObjectKey key);

        Optional<Resource<ServiceImport>> serviceImport(ObjectKey key);

        Optional<Resource<Backend>> backend(ObjectKey key);

        /** Whether a Backend exists that cannot be read. */
        boolean invalidBackend(ObjectKey key);

        boolean permitted(ReferenceGrant.Origin from, String group, String kind, ObjectKey to);

        /**
         * The verdict of BackendTLSPolicies on a port of a backend.
         *
         * @param section the port's name; for a Backend, the port's number
         */
        TlsVerdict tls(ObjectRef backend, Optional<String> section);

        /** The settings that policies give a backend, whichever route uses it. */
        BackendWishes wishes(ObjectRef backend);

        /** Why the CAs of {@code references}, seen from {@code namespace}, cannot be used. */
        Optional<String> authoritiesProblem(List<ObjectReference> references, String namespace);

        /** Why the certificate in a Secret cannot be used. */
        Optional<String> certificateProblem(ObjectKey secret);

        /** Why Envoy would refuse a backend's cluster. */
        Optional<String> refusal(ClusterSpec cluster);

        /** Whether objects of the kind are an extension server's backends. */
        boolean isExtension(String group, String kind);

        /** Whether the extension server's object that is the backend exists. */
        boolean extension(ExtensionReference backend);
    }

    /** The verdict of BackendTLSPolicies on a backend: TLS, plain text, or an error. */
    public sealed interface TlsVerdict {
        record None() implements TlsVerdict {}

        record Wanted(ClusterSpec.Tls tls) implements TlsVerdict {}

        /** A policy exists and cannot be applied. Plain text must not take the place of TLS, so the backend is unusable. */
        record Broken(String message) implements TlsVerdict {}
    }

    /** The condition's reason for a backend whose policy requires TLS, if TLS cannot be configured. */
    static final String INVALID_TLS = "InvalidBackendTLS";

    private final World world;
    private final BackendAddresses addresses;

    public BackendResolver(World world, BackendAddresses addresses) {
        this.world = world;
        this.addresses = addresses;
    }

    /**
     * Resolves a backend of a route.
     *
     * @param grpc whether the route is a GRPCRoute: its backends use HTTP/2 unless the Service's port says otherwise
     */
    public Target resolve(ObjectRef route, BackendReference reference, boolean grpc, String transport) {
        Target target = any(
                new ReferenceGrant.Origin(Kinds.GATEWAY_GROUP, route.kind(), route.namespace()),
                reference,
                grpc,
                transport);
        boolean requests =
                route.kind().equals(Kinds.HTTP_ROUTE.name()) || route.kind().equals(Kinds.GRPC_ROUTE.name());
        boolean named = requests || route.kind().equals(Kinds.TLS_ROUTE.name());
        Target known = named ? target : target.withEndpoints(route.kind() + "s, whose connections name no host");
        return requests ? known : forConnections(known);
    }

    /**
     * A TCP or TLS connection has no request host. A backend whose certificate is verified by the request's host is
     * therefore unresolved.
     */
    private static Target forConnections(Target target) {
        boolean byRequest = target instanceof Target.Found found
                && found.cluster().tls().stream()
                        .anyMatch(tls -> tls.sni() instanceof ClusterSpec.Sni.OfRequest
                                && !(tls.trust() instanceof ClusterSpec.Trust.Anything));
        return byRequest
                ? new Target.Unresolved(
                        target.reference(),
                        INVALID_TLS,
                        "Backend " + target.reference().name() + ": spec.tls has no name to verify certificates by, and"
                                + " the route has no requests (expected: sni or autoSNIFromEndpointHostname).")
                : target;
    }

    /**
     * Resolves a backend reference of an object other than a route.
     *
     * @param grpc whether the backend uses HTTP/2 unless the Service's port says otherwise
     */
    public Target resolve(ReferenceGrant.Origin origin, BackendReference reference, boolean grpc, String transport) {
        return any(origin, reference, grpc, transport).withEndpoints("anything but the rules of routes");
    }

    private Target any(ReferenceGrant.Origin origin, BackendReference reference, boolean grpc, String transport) {
        ObjectKey key = reference.key(origin.namespace());
        return (isBackend(reference) || isExtension(reference))
                        && !world.permitted(origin, reference.group(), reference.kind(), key)
                ? new Target.Unresolved(
                        reference,
                        "RefNotPermitted",
                        reference.kind() + " " + key
                                + " is in another namespace, and no ReferenceGrant there permits it.")
                : resolve(key, reference, grpc, transport);
    }

    /**
     * Resolves a backend that needs no ReferenceGrant.
     *
     * @param namespace the namespace of the object that refers to the backend
     */
    public Target resolveGranted(String namespace, BackendReference reference, boolean grpc) {
        return resolve(reference.key(namespace), reference, grpc, "TCP");
    }

    private static boolean isBackend(BackendReference reference) {
        return reference.isService() || isBackendKind(reference) || isImport(reference);
    }

    private static boolean isBackendKind(BackendReference reference) {
        return reference.group().equals(Kinds.ENVOY_GATEWAY_GROUP)
                && reference.kind().equals("Backend");
    }

    private static boolean isImport(BackendReference reference) {
        return reference.group().equals(Kinds.SERVICE_IMPORT.group())
                && reference.kind().equals(Kinds.SERVICE_IMPORT.name());
    }

    private boolean isExtension(BackendReference reference) {
        return world.isExtension(reference.group(), reference.kind());
    }

    private Target resolve(ObjectKey key, BackendReference reference, boolean grpc, String transport) {
        if (!isBackend(reference) && !isExtension(reference)) {
            return new Target.Unresolved(
                    reference,
                    "InvalidKind",
                    "Kind \"" + reference.kind() + "\" of group \"" + reference.group()
                            + "\" cannot be a backend (expected: Service, ServiceImport of "
                            + Kinds.SERVICE_IMPORT.group()
                            + ", or Backend of " + Kinds.ENVOY_GATEWAY_GROUP + ").");
        }
        if (isBackendKind(reference)) {
            return resolveBackend(reference, key, grpc);
        }
        if (isExtension(reference)) {
            return resolveExtension(reference, new ExtensionReference(reference.group(), reference.kind(), key), grpc);
        }
        return isImport(reference)
                ? resolveImport(reference, key, grpc, transport)
                : resolveService(reference, key, grpc, transport);
    }

    private Target resolveExtension(BackendReference reference, ExtensionReference backend, boolean grpc) {
        Protocol protocol = grpc ? Protocol.HTTP2 : Protocol.HTTP1;
        return world.extension(backend)
                ? new Target.Found(
                        reference,
                        new ClusterSpec(
                                "extension/" + backend.group() + "/" + backend.kind() + "/" + backend.key()
                                        + suffix(protocol, ""),
                                new Endpoints.OfExtension(backend),
                                protocol),
                        reference.standBy())
                : new Target.Unresolved(
                        reference, "BackendNotFound", backend.kind() + " " + backend.key() + " is not there.");
    }

    private Target resolveImport(BackendReference reference, ObjectKey key, boolean grpc, String transport) {
        Optional<Resource<ServiceImport>> found = world.serviceImport(key);
        if (found.isEmpty()) {
            return new Target.Unresolved(reference, "BackendNotFound", "ServiceImport " + key + " is not there.");
        }
        int number = reference.port().orElse(0);
        Optional<Service.Port> port = found.get().spec().port(number, transport);
        if (port.isEmpty()) {
            return noPort(reference, key, transport, found.get().spec().ports());
        }
        Protocol protocol = protocol(port.get(), grpc);
        return overTls(
                reference,
                ObjectRef.of(Kinds.SERVICE_IMPORT, key),
                port.get().name(),
                transport,
                tls -> new ClusterSpec(
                                "serviceimport/" + key + "/" + number + suffix(protocol, variant(transport)),
                                new Endpoints.ServicePort(
                                        new ClusterSpec.SlicesOwner(true, key),
                                        port.get().name(),
                                        transport,
                                        tls),
                                protocol)
                        .wishing(world.wishes(ObjectRef.of(Kinds.SERVICE_IMPORT, key))));
    }

    /** Makes the cluster with {@code with}, and with TLS if a policy requires it. UDP backends have no TLS. */
    private Target overTls(
            BackendReference reference,
            ObjectRef backend,
            Optional<String> section,
            String transport,
            Function<Optional<ClusterSpec.Tls>, ClusterSpec> with) {
        TlsVerdict verdict = transport.equals("TCP") ? world.tls(backend, section) : new TlsVerdict.None();
        return switch (verdict) {
            case TlsVerdict.None _ -> new Target.Found(reference, with.apply(Optional.empty()), reference.standBy());
            case TlsVerdict.Wanted wanted ->
                new Target.Found(reference, with.apply(Optional.of(wanted.tls())), reference.standBy());
            case TlsVerdict.Broken broken -> unprotected(reference, broken);
        };
    }

    /**
     * The target with the cluster of a Backend. Envoy refuses some paths of Unix sockets that the schema allows; all other values of a
     * Backend are within Envoy's bounds once they are read.
     */
    private Target accepted(BackendReference reference, ObjectKey key, ClusterSpec cluster, boolean standBy) {
        boolean sockets = cluster.endpoints() instanceof Endpoints.Listed listed
                && listed.places().stream()
                        .anyMatch(place -> place.member().endpoint() instanceof Backend.Endpoint.Unix);
        Optional<String> refusal = sockets ? world.refusal(cluster) : Optional.empty();
        return refusal.<Target>map(problem -> new Target.Unresolved(
                        reference,
                        "UnsupportedValue",
                        "Backend " + key + ": Envoy would refuse what it becomes: " + problem + "."))
                .orElseGet(() -> new Target.Found(reference, cluster, standBy));
    }

    private static Target unprotected(BackendReference reference, TlsVerdict.Broken broken) {
        return new Target.Unresolved(reference, INVALID_TLS, broken.message());
    }

    private static Target noPort(
            BackendReference reference, ObjectKey key, String transport, List<Service.Port> ports) {
        return new Target.Unresolved(
                reference,
                "PortNotFound",
                reference.kind() + " " + key + " has no port "
                        + reference.port().orElse(0) + "/" + transport
                        + " (it has: "
                        + ports.stream().map(p -> p.port() + "/" + p.protocol()).collect(Collectors.joining(", "))
                        + ").");
    }

    private static Protocol protocol(Service.Port port, boolean grpc) {
        return switch (port.appProtocol().orElse("")) {
            case "kubernetes.io/h2c", "gateway.envoyproxy.io/h2c", "grpc" -> Protocol.HTTP2;
            case "kubernetes.io/ws", "kubernetes.io/wss", "http" -> Protocol.HTTP1;
            default -> grpc ? Protocol.HTTP2 : Protocol.HTTP1;
        };
    }

    private static String variant(String transport) {
        return transport.equals("UDP") ? "/udp" : "";
    }

    /** Why the Backend {@code key} cannot be used; empty: it can be used, or it does not exist. */
    public Optional<String> problem(ObjectKey key) {
        BackendReference reference = new BackendReference(
                Kinds.ENVOY_GATEWAY_GROUP,
                Kinds.BACKEND.name(),
                Optional.of(key.namespace()),
                key.name(),
                Optional.empty(),
                1,
                List.of(),
                false);
        return resolveBackend(reference, key, false) instanceof Target.Unresolved unresolved
                ? Optional.of(unresolved.message())
                : Optional.empty();
    }

    private Target resolveBackend(BackendReference reference, ObjectKey key, boolean grpc) {
        if (!addresses.backends()) {
            return new Target.Unresolved(
                    reference,
                    "UnsupportedValue",
                    "Backend " + key + " cannot be used: Backends are switched off"
                            + " (gatehouse.controller.extension-apis.backend).");
        }
        Optional<Resource<Backend>> backend = world.backend(key);
        if (backend.isEmpty()) {
            return new Target.Unresolved(
                    reference,
                    "BackendNotFound",
                    "Backend " + key + (world.invalidBackend(key) ? " is invalid; see its status." : " is not there."));
        }
        boolean h2c = backend.get().spec().appProtocols().contains(Kinds.ENVOY_GATEWAY_GROUP + "/h2c");
        Protocol protocol = grpc || h2c ? Protocol.HTTP2 : Protocol.HTTP1;
        if (backend.get().spec().dynamic()) {
            TlsVerdict policy = world.tls(ObjectRef.of(Kinds.BACKEND, key), Optional.empty());
            return switch (own(backend.get(), key, policy)) {
                case TlsVerdict.None _ -> resolved(reference, key, protocol, Optional.empty());
                case TlsVerdict.Wanted wanted -> resolved(reference, key, protocol, Optional.of(wanted.tls()));
                case TlsVerdict.Broken broken -> unprotected(reference, broken);
            };
        }
        List<ClusterSpec.Place> places = new ArrayList<>();
        for (Backend.Member member : backend.get().spec().endpoints()) {
            Optional<BackendAddresses.Refusal> refusal = addresses.refusal(member.endpoint());
            if (refusal.isPresent()) {
                return new Target.Unresolved(
                        reference,
                        refusal.get().reason(),
                        "Backend " + key + ": " + refusal.get().message());
            }
            TlsVerdict policy = world.tls(
                    ObjectRef.of(Kinds.BACKEND, key),
                    member.endpoint().portNumber().map(String::valueOf));
            switch (own(backend.get(), key, policy)) {
                case TlsVerdict.None _ -> places.add(new ClusterSpec.Place(member, Optional.empty()));
                case TlsVerdict.Wanted wanted -> places.add(new ClusterSpec.Place(member, Optional.of(wanted.tls())));
                case TlsVerdict.Broken broken -> {
                    return unprotected(reference, broken);
                }
            }
        }
        if (ClusterGroup.mixesNames(places.stream().map(ClusterSpec.Place::tls))) {
            return unprotected(
                    reference,
                    new TlsVerdict.Broken("Backend " + key + ": spec.tls calls some endpoints by the host of requests,"
                            + " and a BackendTLSPolicy others by a name (expected: spec.tls.sni)."));
        }
        return accepted(
                reference,
                key,
                new ClusterSpec("backend/" + key + suffix(protocol, ""), new Endpoints.Listed(places), protocol)
                        .wishing(world.wishes(ObjectRef.of(Kinds.BACKEND, key))),
                backend.get().spec().fallback() || reference.standBy());
    }

    /** Merges a Backend's own TLS settings with the verdict {@code policy}. */
    private TlsVerdict own(Resource<Backend> backend, ObjectKey key, TlsVerdict policy) {
        return backend.spec()
                .tls()
                .map(own -> new BackendOwnTls(key, own, world).with(policy))
                .orElse(policy);
    }

    private Target resolved(
            BackendReference reference, ObjectKey key, Protocol protocol, Optional<ClusterSpec.Tls> tls) {
        return new Target.Found(
                reference,
                new ClusterSpec(
                        "backend/" + key + suffix(protocol, ""),
                        new Endpoints.Resolved(tls, addresses.unresolved(), addresses.ownPorts()),
                        protocol),
                false);
    }

    private Target resolveService(BackendReference reference, ObjectKey key, boolean grpc, String transport) {
        Optional<Resource<Service>> service = world.service(key);
        int number = reference.port().orElse(0);
        if (service.isEmpty()) {
            return new Target.Unresolved(reference, "BackendNotFound", "Service " + key + " is not there.");
        }
        Optional<Service.Port> port = service.get().spec().port(number, transport);
        if (port.isEmpty()) {
            return noPort(reference, key, transport, service.get().spec().ports());
        }
        Protocol protocol = protocol(port.get(), grpc);
        Service spec = service.get().spec();
        Optional<Backend.Endpoint> external = spec.type().equals("ExternalName")
                ? spec.externalName().map(name -> new Backend.Endpoint.Fqdn(name, number))
                : Optional.empty();
        Optional<BackendAddresses.Refusal> refusal = external.flatMap(addresses::refusal);
        if (refusal.isPresent()) {
            return new Target.Unresolved(
                    reference,
                    refusal.get().reason(),
                    "Service " + key + ", spec.externalName: " + refusal.get().message());
        }
        return overTls(
                reference,
                ObjectRef.of(Kinds.SERVICE, key),
                port.get().name(),
                transport,
                tls -> new ClusterSpec(
                                "service/" + key + "/" + number + suffix(protocol, variant(transport)),
                                external.<Endpoints>map(endpoint ->
                                                new Endpoints.Listed(List.of(ClusterSpec.Place.of(endpoint, tls))))
                                        .orElse(new Endpoints.ServicePort(
                                                new ClusterSpec.SlicesOwner(false, key),
                                                port.get().name(),
                                                transport,
                                                tls)),
                                protocol)
                        .wishing(world.wishes(ObjectRef.of(Kinds.SERVICE, key)).near(preferLocal(service.get()))));
    }

    /**
     * The zone preference of a Service. With {@code trafficDistribution} all requests stay in a zone that has at least
     * one endpoint; with the older annotation, in a zone that has at least three. Envoy Gateway does the same.
     */
    private static Optional<LoadBalancer.PreferLocal> preferLocal(Resource<Service> service) {
        if (service.spec().trafficDistribution().isPresent()) {
            return Optional.of(new LoadBalancer.PreferLocal(OptionalInt.of(1), 1, 100));
        }
        String mode = service.metadata().annotations().getOrDefault(Service.TOPOLOGY_MODE, "");
        return mode.equals("Auto") || mode.equals("auto")
                ? Optional.of(new LoadBalancer.PreferLocal(OptionalInt.of(3), 3, 100))
                : Optional.empty();
    }

    private static String suffix(Protocol protocol, String variant) {
        return switch (protocol) {
            case HTTP1 -> variant;
            case HTTP2 -> "/h2";
        };
    }
}
