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
import java.util.List;
import java.util.Optional;

/** Resolves references to backends. */
public final class BackendResolver {
    /** What the resolver needs to know of other objects. */
    public interface World {
        Optional<Resource<Service>> service(ObjectKey key);

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
        ObjectKey key = reference.key(route.namespace());
        boolean backendKind = reference.group().equals(Kinds.ENVOY_GATEWAY_GROUP)
                && reference.kind().equals("Backend");
        if (!reference.isService() && !backendKind) {
            return new Target.Unresolved(
                    reference,
                    "InvalidKind",
                    "Kind \"" + reference.kind() + "\" of group \"" + reference.group()
                            + "\" cannot be a backend (expected: Service, or Backend of "
                            + Kinds.ENVOY_GATEWAY_GROUP + ").");
        }
        ReferenceGrant.Origin origin = new ReferenceGrant.Origin(Kinds.GATEWAY_GROUP, route.kind(), route.namespace());
        if (!world.permitted(origin, reference.group(), reference.kind(), key)) {
            return new Target.Unresolved(
                    reference,
                    "RefNotPermitted",
                    reference.kind() + " " + key + " is in another namespace, and no ReferenceGrant there permits it.");
        }
        return backendKind ? resolveBackend(reference, key, grpc) : resolveService(reference, key, grpc, transport);
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
            List<String> ports = service.get().spec().ports().stream()
                    .map(p -> p.port() + "/" + p.protocol())
                    .toList();
            return new Target.Unresolved(
                    reference,
                    "BackendNotFound",
                    "Service " + key + " has no port " + number + "/" + transport + " (it has: "
                            + String.join(", ", ports) + ").");
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
        String app = port.get().appProtocol().orElse("");
        Protocol protocol = switch (app) {
            case "kubernetes.io/h2c", "gateway.envoyproxy.io/h2c", "grpc" -> Protocol.HTTP2;
            case "kubernetes.io/ws", "kubernetes.io/wss", "http" -> Protocol.HTTP1;
            default -> grpc ? Protocol.HTTP2 : Protocol.HTTP1;
        };
        Service spec = service.get().spec();
        Endpoints endpoints =
                spec.type().equals("ExternalName") && spec.externalName().isPresent()
                        ? new Endpoints.Listed(List.of(
                                new Backend.Endpoint.Fqdn(spec.externalName().get(), number)))
                        : new Endpoints.ServicePort(key, port.get().name(), transport);
        String variant = transport.equals("UDP") ? "/udp" : "";
        return new Target.Found(
                reference,
                new ClusterSpec("service/" + key + "/" + number + suffix(protocol, variant), endpoints, protocol, tls));
    }

    private static String suffix(Protocol protocol, String variant) {
        return switch (protocol) {
            case HTTP1 -> variant;
            case HTTP2 -> "/h2";
        };
    }
}
