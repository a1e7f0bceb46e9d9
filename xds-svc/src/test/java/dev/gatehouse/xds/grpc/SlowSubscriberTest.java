package dev.gatehouse.xds.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ReportTopic;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.xds.snapshot.SnapshotStore;
import dev.gatehouse.xds.stream.Protocol;
import dev.gatehouse.xds.stream.StreamSettings;
import dev.gatehouse.xds.view.SubscriberRegistry;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A subscriber that does not read what it is sent. */
@Timeout(120)
class SlowSubscriberTest {
    private static final String FLEET = "shop/front";
    private static final Duration OVERDUE = Duration.ofMillis(10);
    private static final int CHANGES = 60;
    private static final int BYTES = 1 << 20;

    private final AtomicInteger pushes = new AtomicInteger();

    @Test
    void whatASubscriberDoesNotReadDoesNotPileUpAndItGetsTheLatestOnceItReads() throws Exception {
        MemoryConfigLog log = new MemoryConfigLog("epoch");
        SnapshotStore store = new SnapshotStore();
        AtomicInteger disconnected = new AtomicInteger();
        ReportTopic topic = new ReportTopic();
        topic.subscribe(report -> {
            if (report.getWhatCase() == DataPlaneReport.WhatCase.DISCONNECTED) {
                disconnected.incrementAndGet();
            }
        });
        XdsServer xds = new XdsServer(
                store,
                new SubscriberRegistry(),
                topic,
                new Counted(),
                new StreamSettings(Duration.ofMillis(300), OVERDUE, Duration.ofMillis(100)),
                "replica",
                InstantSource.system());
        Server server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .addService(new AggregatedDiscovery(xds))
                .build()
                .start();
        ManagedChannel channel = Grpc.newChannelBuilder(
                        "127.0.0.1:" + server.getPort(), InsecureChannelCredentials.create())
                .maxInboundMessageSize(4 * BYTES)
                .build();
        try (Subscription ignored = log.follow(Optional.empty(), store)) {
            append(log, 0);
            SlowClient client = new SlowClient();
            AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(client);
            client.call
                    .join()
                    .onNext(DeltaDiscoveryRequest.newBuilder()
                            .setNode(Node.newBuilder().setId("slow").setCluster(FLEET))
                            .setTypeUrl(TypeUrls.WAF)
                            .build());
            Await.until(() -> pushes.get() >= 1, Duration.ofSeconds(20), () -> "a first push");
            for (int i = 1; i <= CHANGES; i++) {
                int before = i;
                append(log, i);
                Await.until(
                        () -> store.current(FLEET).orElseThrow().position().offset() >= before,
                        Duration.ofSeconds(20),
                        () -> "the store follows");
                // Long enough for the last push to be overdue, and for what the stream is woken for.
                Thread.sleep(OVERDUE.multipliedBy(3));
            }
            assertThat(pushes.get()).as("pushes of 1 MB that nobody reads").isLessThanOrEqualTo(5);
            assertThat(disconnected).hasValue(0);

            client.read = true;
            client.call.join().request(1);
            Await.until(
                    () -> ("version " + CHANGES).equals(client.last.get()),
                    Duration.ofSeconds(30),
                    () -> "the last: " + client.last.get());
        } finally {
            channel.shutdownNow();
            xds.close();
            server.shutdownNow();
        }
    }

    private static void append(MemoryConfigLog log, int version) {
        ByteString bytes = ByteString.copyFromUtf8("version " + version).concat(ByteString.copyFrom(new byte[BYTES]));
        log.append(new Transaction(
                FLEET,
                List.of(new Put(new ResourceId(FLEET, TypeUrls.WAF, "big"), Integer.toString(version), bytes, false)),
                List.of(),
                Instant.now(),
                false));
    }

    /** Reads nothing until it is told to; then reads and accepts all. */
    private static final class SlowClient
            implements ClientResponseObserver<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
        private final CompletableFuture<ClientCallStreamObserver<DeltaDiscoveryRequest>> call =
                new CompletableFuture<>();
        private final AtomicReference<String> last = new AtomicReference<>("");
        private volatile boolean read;

        @Override
        public void beforeStart(ClientCallStreamObserver<DeltaDiscoveryRequest> requests) {
            requests.disableAutoRequestWithInitial(0);
            call.complete(requests);
        }

        @Override
        public void onNext(DeltaDiscoveryResponse response) {
            ByteString value = response.getResources(0).getResource().getValue();
            last.set(value.substring(0, value.size() - BYTES).toStringUtf8());
            call.join()
                    .onNext(DeltaDiscoveryRequest.newBuilder()
                            .setTypeUrl(TypeUrls.WAF)
                            .setResponseNonce(response.getNonce())
                            .build());
            if (read) {
                call.join().request(1);
            }
        }

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }

    private final class Counted implements StreamMetrics {
        @Override
        public void connected(Protocol protocol) {}

        @Override
        public void disconnected(Protocol protocol) {}

        @Override
        public void pushed(String typeUrl) {
            pushes.incrementAndGet();
        }

        @Override
        public void acknowledged(String typeUrl, Duration latency) {}

        @Override
        public void rejected(String typeUrl) {}

        @Override
        public void overdue(boolean overdue) {}

        @Override
        public void applied(Duration latency) {}
    }
}
