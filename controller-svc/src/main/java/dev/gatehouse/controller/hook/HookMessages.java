package dev.gatehouse.controller.hook;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.gatehouse.api.extension.v1.ExtensionResource;
import dev.gatehouse.api.extension.v1.PostClusterExtensionContext;
import dev.gatehouse.api.extension.v1.PostClusterModifyRequest;
import dev.gatehouse.api.extension.v1.PostClusterModifyResponse;
import dev.gatehouse.api.extension.v1.PostEndpointsExtensionContext;
import dev.gatehouse.api.extension.v1.PostEndpointsModifyRequest;
import dev.gatehouse.api.extension.v1.PostEndpointsModifyResponse;
import dev.gatehouse.api.extension.v1.PostHTTPListenerExtensionContext;
import dev.gatehouse.api.extension.v1.PostHTTPListenerModifyRequest;
import dev.gatehouse.api.extension.v1.PostHTTPListenerModifyResponse;
import dev.gatehouse.api.extension.v1.PostRouteExtensionContext;
import dev.gatehouse.api.extension.v1.PostRouteModifyRequest;
import dev.gatehouse.api.extension.v1.PostRouteModifyResponse;
import dev.gatehouse.api.extension.v1.PostVirtualHostExtensionContext;
import dev.gatehouse.api.extension.v1.PostVirtualHostModifyRequest;
import dev.gatehouse.api.extension.v1.PostVirtualHostModifyResponse;
import dev.gatehouse.controller.extensionserver.ExtensionReference;
import dev.gatehouse.controller.extensionserver.ExtensionServer;
import dev.gatehouse.controller.extensionserver.HookContext.OfRule;
import dev.gatehouse.controller.extensionserver.HookContext.Part;
import dev.gatehouse.events.ResourceId;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Makes the requests to extension servers and reads their answers. Each server gets objects of its own kinds only. */
final class HookMessages {
    /** A fixed order of resources, so that equal resources make equal requests. */
    static final Comparator<ResourceId> ORDER =
            Comparator.comparing(ResourceId::typeUrl).thenComparing(ResourceId::name);

    private HookMessages() {}

    /** The request about a route; empty: no object of the server concerns the route. */
    static Optional<Message> route(
            ExtensionServer server, Route route, OfRule concerned, Collection<String> hostnames) {
        List<ExtensionResource> resources = of(concerned.resources(), server::isForRoutes);
        List<ExtensionResource> policies = of(concerned.policies(), server::isPolicy);
        return resources.isEmpty() && policies.isEmpty()
                ? Optional.empty()
                : Optional.of(PostRouteModifyRequest.newBuilder()
                        .setRoute(route)
                        .setPostRouteContext(PostRouteExtensionContext.newBuilder()
                                .addAllHostnames(hostnames)
                                .addAllExtensionResources(resources)
                                .addAllExtensionPolicies(policies))
                        .build());
    }

    static Optional<Message> virtualHost(VirtualHost host) {
        return Optional.of(PostVirtualHostModifyRequest.newBuilder()
                .setVirtualHost(host)
                .setPostVirtualHostContext(PostVirtualHostExtensionContext.getDefaultInstance())
                .build());
    }

    static Optional<Message> listener(ExtensionServer server, Listener listener, List<Part> policies) {
        return Optional.of(PostHTTPListenerModifyRequest.newBuilder()
                .setListener(listener)
                .setPostListenerContext(PostHTTPListenerExtensionContext.newBuilder()
                        .addAllExtensionResources(of(policies, server::isPolicy)))
                .build());
    }

    /** The request about a cluster; empty: the cluster does not belong to the server. */
    static Optional<Message> cluster(ExtensionServer server, Cluster cluster, List<Part> backends) {
        List<ExtensionResource> own = of(backends, server::isBackend);
        return own.isEmpty()
                ? Optional.empty()
                : Optional.of(PostClusterModifyRequest.newBuilder()
                        .setCluster(cluster)
                        .setPostClusterContext(
                                PostClusterExtensionContext.newBuilder().addAllBackendExtensionResources(own))
                        .build());
    }

    static Optional<Message> endpoints(ClusterLoadAssignment endpoints) {
        return Optional.of(PostEndpointsModifyRequest.newBuilder()
                .setLoadAssignment(endpoints)
                .setPostEndpointsContext(PostEndpointsExtensionContext.getDefaultInstance())
                .build());
    }

    static List<ExtensionResource> policies(ExtensionServer server, List<Part> policies) {
        return of(policies, server::isPolicy);
    }

    /** The changed resource in an answer; empty: the resource stays unchanged. */
    static Optional<Message> made(Message answer) {
        return switch (answer) {
            case PostRouteModifyResponse route when route.hasRoute() -> Optional.of(route.getRoute());
            case PostVirtualHostModifyResponse host when host.hasVirtualHost() -> Optional.of(host.getVirtualHost());
            case PostHTTPListenerModifyResponse listener
            when listener.hasListener() -> Optional.of(listener.getListener());
            case PostClusterModifyResponse cluster when cluster.hasCluster() -> Optional.of(cluster.getCluster());
            case PostEndpointsModifyResponse endpoints
            when endpoints.hasLoadAssignment() -> Optional.of(endpoints.getLoadAssignment());
            default -> Optional.empty();
        };
    }

    /** The name by which other resources refer to a resource; empty: no resource refers to it, or it has no name. */
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

    private static List<ExtensionResource> of(List<Part> parts, Predicate<ExtensionReference> own) {
        return parts.stream()
                .filter(part -> own.test(part.reference()))
                .map(part -> ExtensionResource.newBuilder()
                        .setUnstructuredBytes(ByteString.copyFromUtf8(
                                new JsonObject(part.object().object()).encode()))
                        .build())
                .toList();
    }
}
