package dev.gatehouse.testkit;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
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
 * An ADS server on loopback that pushes what a test says, and remembers what was asked. For a Quarkus test: its argument {@link
 * #PROPERTY} names the property that says where the server is.
 */
public final class AdsServer extends AggregatedDiscoveryServiceImplBase implements QuarkusTestResourceLifecycleManager {
    /** The argument's name. */
    public static final String PROPERTY = "property";

    private final BlockingQueue<DiscoveryRequest> requests = new LinkedBlockingQueue<>();
    private final BlockingQueue<StreamObserver<DiscoveryResponse>> streams = new LinkedBlockingQueue<>();
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
    public StreamObserver<DiscoveryRequest> streamAggregatedResources(StreamObserver<DiscoveryResponse> responses) {
        streams.add(responses);
        return new StreamObserver<>() {
            @Override
            public void onNext(DiscoveryRequest request) {
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
    public DiscoveryRequest next() throws InterruptedException {
        DiscoveryRequest next = requests.poll(10, TimeUnit.SECONDS);
        if (next == null) {
            throw new AssertionError("no request within 10 s");
        }
        return next;
    }

    /** Pushes {@code resources} to the service, as soon as it has connected. */
    public void push(String version, String typeUrl, Map<String, Message> resources) throws InterruptedException {
        DiscoveryResponse.Builder push = DiscoveryResponse.newBuilder()
                .setVersionInfo(version)
                .setNonce(version)
                .setTypeUrl(typeUrl);
        resources.forEach((name, resource) -> push.addResources(Any.pack(Resource.newBuilder()
                .setName(name)
                .setResource(Any.pack(resource))
                .build())));
        StreamObserver<DiscoveryResponse> stream = streams.take();
        streams.add(stream);
        stream.onNext(push.build());
    }

    @Override
    public void stop() {
        server.shutdownNow();
    }
}
