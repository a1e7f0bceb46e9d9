package dev.gatehouse.xds.grpc;

import dev.gatehouse.xds.stream.Effect;
import dev.gatehouse.xds.stream.Protocol;
import dev.gatehouse.xds.stream.Request;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import java.util.Optional;

final class StateOfTheWorldFormat implements WireFormat<DiscoveryRequest, DiscoveryResponse> {
    @Override
    public Protocol protocol() {
        return Protocol.STATE_OF_THE_WORLD;
    }

    @Override
    public Node node(DiscoveryRequest message) {
        return message.getNode();
    }

    @Override
    public String typeUrl(DiscoveryRequest message) {
        return message.getTypeUrl();
    }

    @Override
    public Request request(DiscoveryRequest message, String typeUrl) {
        return new Request.StateOfTheWorld(
                typeUrl,
                message.getVersionInfo(),
                message.getResponseNonce(),
                message.getResourceNamesList(),
                message.hasErrorDetail() ? Optional.of(message.getErrorDetail().getMessage()) : Optional.empty());
    }

    @Override
    public DiscoveryResponse response(Effect.Push push) {
        DiscoveryResponse.Builder response = DiscoveryResponse.newBuilder()
                .setTypeUrl(push.typeUrl())
                .setVersionInfo(push.version())
                .setNonce(push.nonce());
        push.resources().forEach(resource -> response.addResources(resource.any()));
        return response.build();
    }
}
