package dev.gatehouse.controller.patch;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import dev.gatehouse.envoyapi.EnvoyTypes;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.gatewayapi.merge.PatchFailure;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.vertx.core.json.JsonObject;
import java.util.Map;
import java.util.Optional;

/**
 * Converts resources to trees and trees to resources. The trees have the field names of Envoy's {@code .proto} files.
 * Any message of Envoy's API may be packed in them.
 */
final class ResourceTree {
    /** An instance of each type that may be patched. */
    private static final Map<String, Message> TYPES = Map.of(
            TypeUrls.LISTENER, Listener.getDefaultInstance(),
            TypeUrls.ROUTES, RouteConfiguration.getDefaultInstance(),
            TypeUrls.CLUSTER, Cluster.getDefaultInstance(),
            TypeUrls.ENDPOINTS, ClusterLoadAssignment.getDefaultInstance(),
            TypeUrls.SECRET, Secret.getDefaultInstance());

    private ResourceTree() {}

    /** The tree of a resource. */
    static Map<String, Object> of(Message resource) {
        try {
            Message known = DynamicMessage.parseFrom(
                    type(resource.getDescriptorForType().getFullName()), resource.toByteString());
            return new JsonObject(JsonFormat.printer()
                            .preservingProtoFieldNames()
                            .omittingInsignificantWhitespace()
                            .usingTypeRegistry(EnvoyTypes.registry())
                            .print(known))
                    .getMap();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a resource that was made here cannot be read: " + e.getMessage(), e);
        }
    }

    /** The resource of a tree. */
    static Message resource(String typeUrl, Map<String, Object> tree) throws PatchFailure {
        Message kind = TYPES.get(typeUrl);
        if (kind == null) {
            throw new PatchFailure(typeUrl + " is not a type of resource (expected: one of "
                    + String.join(", ", TYPES.keySet().stream().sorted().toList()) + ")");
        }
        try {
            DynamicMessage.Builder resource =
                    DynamicMessage.newBuilder(type(kind.getDescriptorForType().getFullName()));
            JsonFormat.parser().usingTypeRegistry(EnvoyTypes.registry()).merge(new JsonObject(tree).encode(), resource);
            return kind.getParserForType().parseFrom(resource.build().toByteString());
        } catch (InvalidProtocolBufferException e) {
            throw new PatchFailure(
                    "the result is not a " + kind.getDescriptorForType().getName() + ": " + e.getMessage());
        }
    }

    /** The name of a resource; empty: the resource has no name. */
    static String name(Message resource) {
        return switch (resource) {
            case Listener listener -> listener.getName();
            case RouteConfiguration table -> table.getName();
            case Cluster cluster -> cluster.getName();
            case ClusterLoadAssignment endpoints -> endpoints.getClusterName();
            case Secret secret -> secret.getName();
            default -> "";
        };
    }

    private static Descriptor type(String name) {
        Optional<Descriptor> type = EnvoyTypes.find(name);
        return type.orElseThrow(() -> new IllegalStateException(name + " is not among Envoy's types"));
    }
}
