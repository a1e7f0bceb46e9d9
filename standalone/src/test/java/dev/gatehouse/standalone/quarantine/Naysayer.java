package dev.gatehouse.standalone.quarantine;

import com.google.rpc.Status;
import dev.gatehouse.envoyapi.TypeUrls;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** A proxy of a fleet that subscribes to everything and refuses all that it is sent. */
final class Naysayer implements AutoCloseable, StreamObserver<DeltaDiscoveryResponse> {
    private final ManagedChannel channel;
    private final AtomicReference<StreamObserver<DeltaDiscoveryRequest>> requests = new AtomicReference<>();
    private final Map<String, AtomicInteger> refused = new ConcurrentHashMap<>();

    Naysayer(int port, String fleet) {
        channel = Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create())
                .build();
        StreamObserver<DeltaDiscoveryRequest> stream =
                AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(this);
        requests.set(stream);
        Node node = Node.newBuilder().setId("naysayer").setCluster(fleet).build();
        for (String type : List.of(TypeUrls.CLUSTER, TypeUrls.LISTENER, TypeUrls.ROUTES, TypeUrls.VIRTUAL_HOST)) {
            stream.onNext(DeltaDiscoveryRequest.newBuilder()
                    .setNode(node)
                    .setTypeUrl(type)
                    .addResourceNamesSubscribe("*")
                    .build());
        }
    }

    /** How many responses of a type it has refused. */
    int refused(String typeUrl) {
        return refused.getOrDefault(typeUrl, new AtomicInteger()).get();
    }

    @Override
    public void onNext(DeltaDiscoveryResponse response) {
        refused.computeIfAbsent(response.getTypeUrl(), _ -> new AtomicInteger()).incrementAndGet();
        Objects.requireNonNull(requests.get())
                .onNext(DeltaDiscoveryRequest.newBuilder()
                        .setTypeUrl(response.getTypeUrl())
                        .setResponseNonce(response.getNonce())
                        .setErrorDetail(Status.newBuilder().setMessage("no space left on device"))
                        .build());
    }

    @Override
    public void onError(Throwable failure) {
        // The stream ends with the test.
    }

    @Override
    public void onCompleted() {
        // The stream ends with the test.
    }

    @Override
    public void close() throws InterruptedException {
        channel.shutdownNow().awaitTermination(10, TimeUnit.SECONDS);
    }
}
