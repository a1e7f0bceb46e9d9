package dev.gatehouse.xds.grpc;

import dev.gatehouse.xds.stream.Effect;
import dev.gatehouse.xds.stream.Protocol;
import dev.gatehouse.xds.stream.Request;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import java.util.Optional;

final class DeltaFormat implements WireFormat<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
    @Override
    public Protocol protocol() {
        return Protocol.DELTA;
    }

    @Override
    public Node node(DeltaDiscoveryRequest message) {
        return message.getNode();
    }

    @Override
    public String typeUrl(DeltaDiscoveryRequest message) {
        return message.getTypeUrl();
    }

    @Override
    public Request request(DeltaDiscoveryRequest message, String typeUrl) {
        return new Request.Delta(
                typeUrl,
                message.getResponseNonce(),
                message.getResourceNamesSubscribeList(),
                message.getResourceNamesUnsubscribeList(),
                message.getInitialResourceVersionsMap(),
                message.hasErrorDetail() ? Optional.of(message.getErrorDetail().getMessage()) : Optional.empty());
    }

    @Override
    public DeltaDiscoveryResponse response(Effect.Push push) {
        DeltaDiscoveryResponse.Builder response = DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(push.typeUrl())
                .setSystemVersionInfo(push.version())
                .setNonce(push.nonce())
                .addAllRemovedResources(push.removed());
        push.resources()
                .forEach(resource -> response.addResources(Resource.newBuilder()
                        .setName(resource.name())
                        .setVersion(resource.version())
                        .setResource(resource.any())));
        return response.build();
    }
}
