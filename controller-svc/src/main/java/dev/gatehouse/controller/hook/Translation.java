package dev.gatehouse.controller.hook;

import com.google.protobuf.Message;
import dev.gatehouse.api.extension.v1.PostTranslateExtensionContext;
import dev.gatehouse.api.extension.v1.PostTranslateModifyRequest;
import dev.gatehouse.api.extension.v1.PostTranslateModifyResponse;
import dev.gatehouse.controller.extensionserver.ExtensionServer;
import dev.gatehouse.controller.extensionserver.ExtensionServer.Included;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ResourceId;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** A fleet's resources of the types that a server's translation hook includes. */
record Translation(ExtensionServer server, String fleet, Map<ResourceId, Output> all) {
    Message request(List<HookContext.Part> policies) {
        PostTranslateModifyRequest.Builder request = PostTranslateModifyRequest.newBuilder()
                .setPostTranslateContext(PostTranslateExtensionContext.newBuilder()
                        .addAllExtensionResources(HookMessages.policies(server, policies)));
        included(Included.CLUSTER, TypeUrls.CLUSTER, Cluster.class).forEach(request::addClusters);
        included(Included.SECRET, TypeUrls.SECRET, Secret.class).forEach(request::addSecrets);
        included(Included.LISTENER, TypeUrls.LISTENER, Listener.class).forEach(request::addListeners);
        included(Included.ROUTE, TypeUrls.ROUTES, RouteConfiguration.class).forEach(request::addRoutes);
        return request.build();
    }

    private <M extends Message> Stream<M> included(Included type, String typeUrl, Class<M> messages) {
        return server.included().contains(type)
                ? all.entrySet().stream()
                        .filter(each -> each.getKey().typeUrl().equals(typeUrl))
                        .sorted(Map.Entry.comparingByKey(HookMessages.ORDER))
                        .map(each -> messages.cast(each.getValue().message()))
                : Stream.empty();
    }

    /** The resources that the answer changes; empty: removed. */
    Map<ResourceId, Optional<Message>> changes(Message answer) throws HookFailure {
        PostTranslateModifyResponse response = (PostTranslateModifyResponse) answer;
        Map<ResourceId, Optional<Message>> changes = new HashMap<>();
        compare(Included.CLUSTER, TypeUrls.CLUSTER, response.getClustersList(), changes);
        compare(Included.SECRET, TypeUrls.SECRET, response.getSecretsList(), changes);
        compare(Included.LISTENER, TypeUrls.LISTENER, response.getListenersList(), changes);
        compare(Included.ROUTE, TypeUrls.ROUTES, response.getRoutesList(), changes);
        return changes;
    }

    private void compare(
            Included type, String typeUrl, List<? extends Message> after, Map<ResourceId, Optional<Message>> changes)
            throws HookFailure {
        if (!server.included().contains(type)) {
            return;
        }
        Set<ResourceId> there = new HashSet<>();
        for (Message each : after) {
            ResourceId id = new ResourceId(fleet, typeUrl, HookMessages.name(each));
            if (id.name().isEmpty() || !there.add(id)) {
                throw new HookFailure(
                        false,
                        "the answer has two of " + type + " called \"" + id.name() + "\", or one without a name"
                                + " (expected: unique names)");
            }
            Output before = all.get(id);
            if (before == null || !before.message().equals(each)) {
                changes.put(id, Optional.of(each));
            }
        }
        all.keySet().stream()
                .filter(id -> id.typeUrl().equals(typeUrl) && !there.contains(id))
                .forEach(id -> changes.put(id, Optional.empty()));
    }
}
