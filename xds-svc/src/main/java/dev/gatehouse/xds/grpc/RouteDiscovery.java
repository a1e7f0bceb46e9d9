package dev.gatehouse.xds.grpc;

import dev.gatehouse.envoyapi.TypeUrls;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.route.v3.RouteDiscoveryServiceGrpc.RouteDiscoveryServiceImplBase;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import java.util.Optional;

/** RDS: route configurations on a stream of their own. */
@GrpcService
final class RouteDiscovery extends RouteDiscoveryServiceImplBase implements BindableService {
    private final XdsServer server;

    RouteDiscovery(XdsServer server) {
        this.server = server;
    }

    @Override
    public StreamObserver<DiscoveryRequest> streamRoutes(StreamObserver<DiscoveryResponse> responses) {
        return server.stateOfTheWorld(Optional.of(TypeUrls.ROUTES), responses);
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaRoutes(StreamObserver<DeltaDiscoveryResponse> responses) {
        return server.delta(Optional.of(TypeUrls.ROUTES), responses);
    }
}
