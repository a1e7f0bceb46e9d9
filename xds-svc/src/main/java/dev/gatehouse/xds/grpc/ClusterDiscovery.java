package dev.gatehouse.xds.grpc;

import dev.gatehouse.envoyapi.TypeUrls;
import io.envoyproxy.envoy.service.cluster.v3.ClusterDiscoveryServiceGrpc.ClusterDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import java.util.Optional;

/** CDS: clusters on a stream of their own. */
@GrpcService
final class ClusterDiscovery extends ClusterDiscoveryServiceImplBase implements BindableService {
    private final XdsServer server;

    ClusterDiscovery(XdsServer server) {
        this.server = server;
    }

    @Override
    public StreamObserver<DiscoveryRequest> streamClusters(StreamObserver<DiscoveryResponse> responses) {
        return server.stateOfTheWorld(Optional.of(TypeUrls.CLUSTER), responses);
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaClusters(StreamObserver<DeltaDiscoveryResponse> responses) {
        return server.delta(Optional.of(TypeUrls.CLUSTER), responses);
    }
}
