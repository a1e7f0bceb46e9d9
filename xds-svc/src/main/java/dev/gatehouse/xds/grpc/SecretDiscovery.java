package dev.gatehouse.xds.grpc;

import dev.gatehouse.envoyapi.TypeUrls;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.envoyproxy.envoy.service.secret.v3.SecretDiscoveryServiceGrpc.SecretDiscoveryServiceImplBase;
import io.grpc.BindableService;
import io.grpc.stub.StreamObserver;
import io.quarkus.grpc.GrpcService;
import java.util.Optional;

/** SDS: secrets on a stream of their own. */
@GrpcService
final class SecretDiscovery extends SecretDiscoveryServiceImplBase implements BindableService {
    private final XdsServer server;

    SecretDiscovery(XdsServer server) {
        this.server = server;
    }

    @Override
    public StreamObserver<DiscoveryRequest> streamSecrets(StreamObserver<DiscoveryResponse> responses) {
        return server.stateOfTheWorld(Optional.of(TypeUrls.SECRET), responses);
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaSecrets(StreamObserver<DeltaDiscoveryResponse> responses) {
        return server.delta(Optional.of(TypeUrls.SECRET), responses);
    }
}
