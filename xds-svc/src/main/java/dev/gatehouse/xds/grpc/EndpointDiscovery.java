package dev.gatehouse.xds.grpc;

import dev.gatehouse.envoyapi.TypeUrls;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.endpoint.v3.EndpointDiscoveryServiceGrpc.EndpointDiscoveryServiceImplBase;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import java.util.Optional;

/** EDS: endpoints on a stream of their own. */
@GrpcService
final class EndpointDiscovery extends EndpointDiscoveryServiceImplBase implements BindableService {
    private final XdsServer server;

    EndpointDiscovery(XdsServer server) {
        this.server = server;
    }

    @Override
    public StreamObserver<DiscoveryRequest> streamEndpoints(StreamObserver<DiscoveryResponse> responses) {
        return server.stateOfTheWorld(Optional.of(TypeUrls.ENDPOINTS), responses);
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaEndpoints(StreamObserver<DeltaDiscoveryResponse> responses) {
        return server.delta(Optional.of(TypeUrls.ENDPOINTS), responses);
    }
}
