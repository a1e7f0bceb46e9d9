package dev.gatehouse.controller.backend;

import dev.gatehouse.controller.backend.ClusterSpec.Endpoints;
import dev.gatehouse.controller.backend.ClusterSpec.Protocol;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ReferenceGrant;
import dev.gatehouse.gatewayapi.Resource;
import dev.gatehouse.gatewayapi.Service;
import dev.gatehouse.gatewayapi.ServiceImport;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Resolves references to backends. */
public final class BackendResolver {
    /** What the resolver needs to know of other objects. */
    public interface World {
        Optional<Resource<Service>> service(ObjectKey key);

        Optional<Resource<ServiceImport>> serviceImport(ObjectKey key);

        Optional<Resource<Backend>> backend(ObjectKey key);

        boolean permitted(ReferenceGrant.Origin from, String group, String kind, ObjectKey to);

        /** What BackendTLSPolicies say of a port of a Service. */
        TlsVerdict tls(ObjectKey service, Optional<String> portName);
    }

    /** What BackendTLSPolicies ask for. */
    public sealed interface TlsVerdict {
        record None() implements TlsVerdict {}

        record Wanted(ClusterSpec.Tls tls) implements TlsVerdict {}

        /** A policy is there and cannot be honoured: no plain text instead. */
        record Broken(String message) implements TlsVerdict {}
    }

    private final World world;

    public BackendResolver(World world) {
        this.world = world;
    }

    /**
     * Resolves a backend of a route.
     *
     * @param grpc the route is a GRPCRoute: HTTP/2 unless the Service says otherwise
     */
    public Target resolve(ObjectRef route, BackendReference reference, boolean grpc, String transport) {
        return resolve(
                new ReferenceGrant.Origin(Kinds.GATEWAY_GROUP, route.kind(), route.namespace()),
                reference,
                grpc,
                transport);
    }

    /**
     * Resolves a backend that something else than a route refers to.
     *
     * @param grpc HTTP/2 unless the Service says otherwise
     */
    public Target resolve(ReferenceGrant.Origin origin, BackendReference reference, boolean grpc, String transport) {
        ObjectKey key = reference.key(origin.namespace());
        boolean backendKind = reference.group().equals(Kinds.ENVOY_GATEWAY_GROUP)
                && reference.kind().equals("Backend");
        boolean imported = reference.group().equals(Kinds.SERVICE_IMPORT.group())
                && reference.kind().equals(Kinds.SERVICE_IMPORT.name());
        if (!reference.isService() && !backendKind && !imported) {
            return new Target.Unresolved(
                    reference,
                    "InvalidKind",
                    "Kind \"" + reference.kind() + "\" of group \"" + reference.group()
                            + "\" cannot be a backend (expected: Service, ServiceImport of "
                            + Kinds.SERVICE_IMPORT.group()
                            + ", or Backend of " + Kinds.ENVOY_GATEWAY_GROUP + ").");
        }
        if (!world.permitted(origin, reference.group(), reference.kind(), key)) {
            return new Target.Unresolved(
                    reference,
                    "RefNotPermitted",
                    reference.kind() + " " + key + " is in another namespace, and no ReferenceGrant there permits it.");
        }
        if (backendKind) {
            return resolveBackend(reference, key, grpc);
        }
        return imported
                ? resolveImport(reference, key, grpc, transport)
                : resolveService(reference, key, grpc, transport);
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
        return new Target.Found(
                reference,
                new ClusterSpec(
                        "serviceimport/" + key + "/" + number + suffix(protocol, variant(transport)),
                        new Endpoints.ServicePort(
                                new ClusterSpec.SlicesOwner(true, key),
                                port.get().name(),
                                transport),
                        protocol,
                        Optional.empty()));
    }

    private static Target noPort(
            BackendReference reference, ObjectKey key, String transport, List<Service.Port> ports) {
        return new Target.Unresolved(
                reference,
                "BackendNotFound",
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

    private Target resolveBackend(BackendReference reference, ObjectKey key, boolean grpc) {
        Optional<Resource<Backend>> backend = world.backend(key);
        if (backend.isEmpty()) {
            return new Target.Unresolved(reference, "BackendNotFound", "Backend " + key + " is not there.");
        }
        boolean h2c = backend.get().spec().appProtocols().contains(Kinds.ENVOY_GATEWAY_GROUP + "/h2c");
        Protocol protocol = grpc || h2c ? Protocol.HTTP2 : Protocol.HTTP1;
        return new Target.Found(
                reference,
                new ClusterSpec(
                        "backend/" + key + suffix(protocol, ""),
                        new Endpoints.Listed(backend.get().spec().endpoints()),
                        protocol,
                        Optional.empty()));
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
        Optional<ClusterSpec.Tls> tls = Optional.empty();
        if (transport.equals("TCP")) {
            switch (world.tls(key, port.get().name())) {
                case TlsVerdict.None _ -> {}
                case TlsVerdict.Wanted wanted -> tls = Optional.of(wanted.tls());
                case TlsVerdict.Broken broken -> {
                    return new Target.Unresolved(reference, "InvalidBackendTLSPolicy", broken.message());
                }
            }
        }
        Protocol protocol = protocol(port.get(), grpc);
        Service spec = service.get().spec();
        Endpoints endpoints = spec.type().equals("ExternalName")
                        && spec.externalName().isPresent()
                ? new Endpoints.Listed(
                        List.of(new Backend.Endpoint.Fqdn(spec.externalName().get(), number)))
                : new Endpoints.ServicePort(
                        new ClusterSpec.SlicesOwner(false, key), port.get().name(), transport);
        return new Target.Found(
                reference,
                new ClusterSpec(
                        "service/" + key + "/" + number + suffix(protocol, variant(transport)),
                        endpoints,
                        protocol,
                        tls));
    }

    private static String suffix(Protocol protocol, String variant) {
        return switch (protocol) {
            case HTTP1 -> variant;
            case HTTP2 -> "/h2";
        };
    }
}
