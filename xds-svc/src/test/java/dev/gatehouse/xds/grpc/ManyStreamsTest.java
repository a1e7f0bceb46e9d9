package dev.gatehouse.xds.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ReportTopic;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.xds.snapshot.SnapshotStore;
import dev.gatehouse.xds.stream.StreamSettings;
import dev.gatehouse.xds.view.SubscriberRegistry;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Context;
import io.grpc.Context.CancellableContext;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More subscribers at once than begin at a time. */
@Timeout(60)
class ManyStreamsTest {
    private static final String FLEET = "shop/front";
    private static final int PLACES = 16;
    private static final int MANY = 5 * PLACES;
    private static final Duration SOON = Duration.ofSeconds(20);

    private final SnapshotStore store = new SnapshotStore();
    private final MemoryConfigLog log = new MemoryConfigLog("epoch");
    private final AtomicInteger answered = new AtomicInteger();
    private final XdsServer xds = new XdsServer(
            store,
            new SubscriberRegistry(),
            new ReportTopic(),
            StreamMetrics.NONE,
            new StreamSettings(Duration.ofMillis(300), Duration.ofSeconds(10), Duration.ofSeconds(30)),
            "replica",
            InstantSource.system());
    private Server server;
    private ManagedChannel channel;
    private Subscription following;

    @BeforeEach
    void start() throws Exception {
        server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new AggregatedDiscovery(xds))
                .build()
                .start();
        channel = Grpc.newChannelBuilder("127.0.0.1:" + server.getPort(), InsecureChannelCredentials.create())
                .build();
        following = log.follow(Optional.empty(), store);
        log.append(new Transaction(
                FLEET,
                List.of(new Put(
                        new ResourceId(FLEET, TypeUrls.WAF, "one"), "1", ByteString.copyFromUtf8("rules"), false)),
                List.of(),
                Instant.now(),
                false));
    }

    @AfterEach
    void stop() {
        following.close();
        channel.shutdownNow();
        xds.close();
        server.shutdownNow();
    }

    @Test
    void allAreAnswered() {
        for (int i = 0; i < MANY; i++) {
            ask(open());
        }
        awaitAnswers(MANY);
        assertThat(xds.waitingStreams()).isZero();
    }

    @Test
    void subscribersThatSayNothingKeepTheOthersWaitingForAWhileOnly() {
        for (int i = 0; i < PLACES; i++) {
            open();
        }
        Await.until(() -> xds.openStreams() == PLACES, SOON, () -> "streams: " + xds.openStreams());
        for (int i = 0; i < MANY; i++) {
            ask(open());
        }
        Await.until(() -> xds.waitingStreams() > 0, SOON, () -> "waiting: " + xds.waitingStreams());
        awaitAnswers(MANY);
    }

    @Test
    void streamsThatEndLeaveTheirPlacesAndTheirTurns() {
        List<CancellableContext> silent = new ArrayList<>();
        for (int i = 0; i < MANY; i++) {
            CancellableContext context = Context.current().withCancellation();
            silent.add(context);
            context.run(this::open);
        }
        Await.until(() -> xds.openStreams() == MANY, SOON, () -> "streams: " + xds.openStreams());
        silent.reversed().forEach(context -> context.cancel(new CancellationException("the subscriber goes")));
        Await.until(() -> xds.openStreams() == 0, SOON, () -> "streams: " + xds.openStreams());
        assertThat(xds.waitingStreams()).isZero();
        ask(open());
        awaitAnswers(1);
    }

    private void awaitAnswers(int number) {
        Await.until(() -> answered.get() == number, SOON, () -> "answered: " + answered);
    }

    private StreamObserver<DeltaDiscoveryRequest> open() {
        return AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(new StreamObserver<>() {
            @Override
            public void onNext(DeltaDiscoveryResponse response) {
                answered.incrementAndGet();
            }

            @Override
            public void onError(Throwable failure) {}

            @Override
            public void onCompleted() {}
        });
    }

    private static void ask(StreamObserver<DeltaDiscoveryRequest> stream) {
        stream.onNext(DeltaDiscoveryRequest.newBuilder()
                .setNode(Node.newBuilder().setId("proxy").setCluster(FLEET))
                .setTypeUrl(TypeUrls.WAF)
                .build());
    }
}
