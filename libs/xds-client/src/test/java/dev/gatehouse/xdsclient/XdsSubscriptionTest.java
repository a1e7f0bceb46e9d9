package dev.gatehouse.xdsclient;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.StringValue;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class XdsSubscriptionTest {
    private static final String TYPE = "type.googleapis.com/google.protobuf.StringValue";

    private final BlockingQueue<DiscoveryRequest> requests = new LinkedBlockingQueue<>();
    private final BlockingQueue<StreamObserver<DiscoveryResponse>> streams = new LinkedBlockingQueue<>();
    private final BlockingQueue<List<String>> taken = new LinkedBlockingQueue<>();
    private Server server;
    private ManagedChannel channel;
    private XdsSubscription subscription;

    @BeforeEach
    void subscribe() throws IOException {
        String name = InProcessServerBuilder.generateName();
        server = InProcessServerBuilder.forName(name)
                .addService(new Ads())
                .build()
                .start();
        channel = InProcessChannelBuilder.forName(name).build();
        subscription = XdsSubscription.start(
                channel,
                new XdsNode("waf-0", "gatehouse/waf", "waf-svc", "1"),
                TYPE,
                any -> text(any),
                this::take,
                new Random(1));
    }

    @AfterEach
    void stop() {
        subscription.close();
        channel.shutdownNow();
        server.shutdownNow();
    }

    private final class Ads extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
        @Override
        public StreamObserver<DiscoveryRequest> streamAggregatedResources(StreamObserver<DiscoveryResponse> responses) {
            streams.add(responses);
            return new StreamObserver<>() {
                @Override
                public void onNext(DiscoveryRequest request) {
                    requests.add(request);
                }

                @Override
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {}
            };
        }
    }

    private Verdict take(List<Resource> resources) {
        List<String> names = resources.stream().map(Resource::name).toList();
        taken.add(names);
        if (names.contains("throw")) {
            throw new IllegalStateException("boom");
        }
        return names.contains("bad") ? new Verdict.Rejected("bad: line 3, column 7") : new Verdict.Accepted();
    }

    @Test
    void theFirstRequestSaysWhoAsksForWhat() throws InterruptedException {
        DiscoveryRequest first = next(requests);
        assertThat(first.getNode().getCluster()).isEqualTo("gatehouse/waf");
        assertThat(first.getNode().getId()).isEqualTo("waf-0");
        assertThat(first.getTypeUrl()).isEqualTo(TYPE);
        assertThat(first.getVersionInfo()).isEmpty();
        assertThat(first.getResourceNamesList()).isEmpty();
    }

    @Test
    void anAcceptedSetIsAcknowledgedByItsVersionAndNonce() throws InterruptedException {
        next(requests);
        next(streams).onNext(push("v1", "n1", "a", "b"));
        assertThat(next(taken)).containsExactly("a", "b");
        DiscoveryRequest ack = next(requests);
        assertThat(ack.getVersionInfo()).isEqualTo("v1");
        assertThat(ack.getResponseNonce()).isEqualTo("n1");
        assertThat(ack.hasErrorDetail()).isFalse();
        assertThat(subscription.state()).isEqualTo(new SubscriptionState(true, "v1", 2, Optional.empty()));
    }

    @Test
    void aRefusedSetIsAnsweredWithTheReasonAndTheLastGoodVersion() throws InterruptedException {
        next(requests);
        StreamObserver<DiscoveryResponse> stream = next(streams);
        stream.onNext(push("v1", "n1", "a"));
        next(requests);
        stream.onNext(push("v2", "n2", "bad"));
        DiscoveryRequest nack = next(requests);
        assertThat(nack.getVersionInfo()).isEqualTo("v1");
        assertThat(nack.getResponseNonce()).isEqualTo("n2");
        assertThat(nack.getErrorDetail().getMessage()).isEqualTo("bad: line 3, column 7");
        assertThat(subscription.state().lastRejection()).contains("bad: line 3, column 7");
        stream.onNext(push("v3", "n3", "throw"));
        assertThat(next(requests).getErrorDetail().getMessage()).contains("boom");
        stream.onNext(push("v4", "n4", "c"));
        assertThat(next(requests).getVersionInfo()).isEqualTo("v4");
        assertThat(subscription.state().lastRejection()).isEmpty();
    }

    @Test
    void aLostStreamIsOpenedAgainWithTheVersionThatIsInUse() throws InterruptedException {
        next(requests);
        StreamObserver<DiscoveryResponse> first = next(streams);
        first.onNext(push("v1", "n1", "a"));
        next(requests);
        first.onError(Status.UNAVAILABLE.asRuntimeException());
        DiscoveryRequest again = next(requests);
        assertThat(again.getVersionInfo()).isEqualTo("v1");
        assertThat(again.getResponseNonce()).isEmpty();
        assertThat(again.getNode().getCluster()).isEqualTo("gatehouse/waf");
        next(streams).onNext(push("v2", "n1", "b"));
        assertThat(next(requests).getVersionInfo()).isEqualTo("v2");
    }

    @Test
    void aRefusalEndsWithItsStreamWhereWhatWasRefusedIsGone() throws InterruptedException {
        next(requests);
        StreamObserver<DiscoveryResponse> first = next(streams);
        first.onNext(push("v1", "n1", "a"));
        next(requests);
        first.onNext(push("v2", "n2", "bad"));
        next(requests);
        assertThat(subscription.state().lastRejection()).isPresent();
        first.onError(Status.UNAVAILABLE.asRuntimeException());
        assertThat(next(requests).getVersionInfo()).isEqualTo("v1");
        // The server has nothing to push: what it has is v1 again.
        long deadline = System.nanoTime() + SECONDS.toNanos(20);
        while (!subscription.state().connected() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(subscription.state()).isEqualTo(new SubscriptionState(true, "v1", 1, Optional.empty()));
    }

    @Test
    void aPushOfAnotherTypeIsRefused() throws InterruptedException {
        next(requests);
        next(streams)
                .onNext(DiscoveryResponse.newBuilder()
                        .setTypeUrl("type.googleapis.com/other")
                        .setNonce("n1")
                        .build());
        assertThat(next(requests).getErrorDetail().getMessage()).contains("type.googleapis.com/other", TYPE);
        assertThat(taken).isEmpty();
    }

    private static DiscoveryResponse push(String version, String nonce, String... names) {
        DiscoveryResponse.Builder push = DiscoveryResponse.newBuilder()
                .setTypeUrl(TYPE)
                .setVersionInfo(version)
                .setNonce(nonce);
        for (String name : names) {
            push.addResources(Any.pack(StringValue.of(name)));
        }
        return push.build();
    }

    private static String text(Any any) {
        try {
            return any.unpack(StringValue.class).getValue();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        return Objects.requireNonNull(queue.poll(10, SECONDS), "nothing came within 10 s");
    }
}
