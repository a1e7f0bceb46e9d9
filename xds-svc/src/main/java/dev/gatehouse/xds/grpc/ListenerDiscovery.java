package dev.gatehouse.xds.grpc;

import dev.gatehouse.envoyapi.TypeUrls;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.listener.v3.ListenerDiscoveryServiceGrpc.ListenerDiscoveryServiceImplBase;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import java.util.Optional;

/** LDS: listeners on a stream of their own. */
@GrpcService
final class ListenerDiscovery extends ListenerDiscoveryServiceImplBase implements BindableService {
    private final XdsServer server;

    ListenerDiscovery(XdsServer server) {
        this.server = server;
    }

    @Override
    public StreamObserver<DiscoveryRequest> streamListeners(StreamObserver<DiscoveryResponse> responses) {
        return server.stateOfTheWorld(Optional.of(TypeUrls.LISTENER), responses);
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaListeners(StreamObserver<DeltaDiscoveryResponse> responses) {
        return server.delta(Optional.of(TypeUrls.LISTENER), responses);
    }
}
