package dev.gatehouse.testkit;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.stub.StreamObserver;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A server of incremental ADS on loopback that pushes a test's resources and records requests. For a Quarkus test, the
 * argument {@link #PROPERTY} names the property that gets the server's address.
 */
public final class AdsServer extends AggregatedDiscoveryServiceImplBase implements QuarkusTestResourceLifecycleManager {
    /** The argument's name. */
    public static final String PROPERTY = "property";

    private final BlockingQueue<DeltaDiscoveryRequest> requests = new LinkedBlockingQueue<>();
    private final BlockingQueue<StreamObserver<DeltaDiscoveryResponse>> streams = new LinkedBlockingQueue<>();
    private final Server server = Grpc.newServerBuilderForPort(0, InsecureServerCredentials.create())
            .addService(this)
            .build();
    private String property = "";

    @Override
    public void init(Map<String, String> arguments) {
        property = Objects.requireNonNull(arguments.get(PROPERTY), PROPERTY);
    }

    @Override
    public Map<String, String> start() {
        try {
            server.start();
        } catch (IOException e) {
            throw new IllegalStateException("no ADS server", e);
        }
        return Map.of(property, "localhost:" + server.getPort());
    }

    @Override
    public void inject(TestInjector injector) {
        injector.injectIntoFields(this, new TestInjector.MatchesType(AdsServer.class));
    }

    @Override
    public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
            StreamObserver<DeltaDiscoveryResponse> responses) {
        streams.add(responses);
        return new StreamObserver<>() {
            @Override
            public void onNext(DeltaDiscoveryRequest request) {
                requests.add(request);
            }

            @Override
            public void onError(Throwable failure) {
                streams.remove(responses);
            }

            @Override
            public void onCompleted() {
                responses.onCompleted();
            }
        };
    }

    /** The service's first request, or its answer to a push. */
    public DeltaDiscoveryRequest next() throws InterruptedException {
        DeltaDiscoveryRequest next = requests.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no request within 10 s");
        }
        return next;
    }

    /**
     * Pushes {@code resources} to the service, as soon as it has connected.
     *
     * @param version the version of each resource, and the nonce
     */
    public void push(String version, String typeUrl, Map<String, Message> resources) throws InterruptedException {
        DeltaDiscoveryResponse.Builder push = DeltaDiscoveryResponse.newBuilder()
                .setSystemVersionInfo(version)
                .setNonce(version)
                .setTypeUrl(typeUrl);
        resources.forEach((name, resource) -> push.addResources(
                Resource.newBuilder().setName(name).setVersion(version).setResource(Any.pack(resource))));
        StreamObserver<DeltaDiscoveryResponse> stream = streams.take();
        streams.add(stream);
        stream.onNext(push.build());
    }

    @Override
    public void stop() {
        server.shutdownNow();
    }
}
