package dev.gatehouse.xdsclient;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.StringValue;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class XdsSubscriptionTest {
    private static final String TYPE = "type.googleapis.com/google.protobuf.StringValue";

    private final BlockingQueue<DeltaDiscoveryRequest> requests = new LinkedBlockingQueue<>();
    private final BlockingQueue<StreamObserver<DeltaDiscoveryResponse>> streams = new LinkedBlockingQueue<>();
    private final BlockingQueue<Update> taken = new LinkedBlockingQueue<>();
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
                channel, new XdsNode("waf-0", "gatehouse/waf", "waf-svc", "1"), TYPE, this::take, new Random(1));
    }

    @AfterEach
    void stop() {
        subscription.close();
        channel.shutdownNow();
        server.shutdownNow();
    }

    private final class Ads extends AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase {
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
                public void onError(Throwable failure) {}

                @Override
                public void onCompleted() {}
            };
        }
    }

    /** Refuses each resource whose version begins with "bad". */
    private Verdict take(Update update) {
        taken.add(update);
        Map<String, String> problems = new HashMap<>();
        for (Resource resource : update.changed()) {
            if (resource.version().equals("throw")) {
                throw new IllegalStateException("boom");
            }
            if (resource.version().startsWith("bad")) {
                problems.put(resource.name(), "line 3, column 7\nline 4, column 1");
            }
        }
        return Verdict.of(problems);
    }

    @Test
    void theFirstRequestSaysWhoAsksForWhat() throws InterruptedException {
        DeltaDiscoveryRequest first = next(requests);
        assertThat(first.getNode().getCluster()).isEqualTo("gatehouse/waf");
        assertThat(first.getNode().getId()).isEqualTo("waf-0");
        assertThat(first.getTypeUrl()).isEqualTo(TYPE);
        assertThat(first.getInitialResourceVersionsMap()).isEmpty();
        assertThat(first.getResourceNamesSubscribeList()).isEmpty();
    }

    @Test
    void anAcceptedUpdateIsAcknowledgedByItsNonceAndOnlyWhatChangesIsReadAfterIt() throws InterruptedException {
        next(requests);
        StreamObserver<DeltaDiscoveryResponse> stream = next(streams);
        stream.onNext(push("n1", List.of(), "a@1", "b@1"));
        assertThat(names(next(taken))).containsExactly("a@1", "b@1");
        DeltaDiscoveryRequest ack = next(requests);
        assertThat(ack.getResponseNonce()).isEqualTo("n1");
        assertThat(ack.hasErrorDetail()).isFalse();
        assertThat(subscription.state()).isEqualTo(new SubscriptionState(true, 2, Map.of()));
        stream.onNext(push("n2", List.of("a"), "c@1"));
        Update second = next(taken);
        assertThat(names(second)).containsExactly("c@1");
        assertThat(second.removed()).containsExactly("a");
        assertThat(next(requests).getResponseNonce()).isEqualTo("n2");
        assertThat(subscription.state()).isEqualTo(new SubscriptionState(true, 2, Map.of()));
    }

    @Test
    void anEmptyFirstPushIsTold() throws InterruptedException {
        next(requests);
        next(streams).onNext(push("n1", List.of()));
        assertThat(next(taken)).isEqualTo(Update.of());
        assertThat(next(requests).hasErrorDetail()).isFalse();
    }

    @Test
    void refusedResourcesAreNamedEachByItsLinesAndClearedOneByOne() throws InterruptedException {
        next(requests);
        StreamObserver<DeltaDiscoveryResponse> stream = next(streams);
        stream.onNext(push("n1", List.of(), "a@1", "b@bad", "c@1"));
        DeltaDiscoveryRequest nack = next(requests);
        assertThat(nack.getResponseNonce()).isEqualTo("n1");
        assertThat(nack.getErrorDetail().getMessage()).isEqualTo("b: line 3, column 7\nb: line 4, column 1");
        stream.onNext(push("n2", List.of(), "d@bad"));
        assertThat(next(requests).getErrorDetail().getMessage())
                .startsWith("d: ")
                .doesNotContain("b: ");
        assertThat(subscription.state().refused()).containsOnlyKeys("b", "d");
        assertThat(subscription.state().resources()).isEqualTo(2);
        stream.onNext(push("n3", List.of(), "b@2"));
        assertThat(next(requests).hasErrorDetail()).isFalse();
        assertThat(subscription.state().refused()).containsOnlyKeys("d");
        stream.onNext(push("n4", List.of("d")));
        next(requests);
        assertThat(subscription.state()).isEqualTo(new SubscriptionState(true, 3, Map.of()));
    }

    @Test
    void whatIsPushedAgainInTheVersionInUseIsNotReadAgain() throws InterruptedException {
        next(requests);
        StreamObserver<DeltaDiscoveryResponse> stream = next(streams);
        stream.onNext(push("n1", List.of(), "a@1", "b@bad"));
        next(requests);
        next(taken);
        stream.onNext(push("n2", List.of(), "a@1"));
        assertThat(next(taken)).isEqualTo(Update.of());
        next(requests);
        stream.onNext(push("n3", List.of(), "a@bad"));
        next(requests);
        assertThat(subscription.state().refused()).containsOnlyKeys("a", "b");
        next(taken);
        stream.onNext(push("n4", List.of(), "a@1"));
        next(requests);
        assertThat(names(next(taken))).as("the last good version never left").isEmpty();
        assertThat(subscription.state().refused()).containsOnlyKeys("b");
    }

    @Test
    void anExceptionRefusesEachResourceOfTheUpdate() throws InterruptedException {
        next(requests);
        StreamObserver<DeltaDiscoveryResponse> stream = next(streams);
        stream.onNext(push("n1", List.of(), "a@1", "b@throw"));
        assertThat(next(requests).getErrorDetail().getMessage())
                .isEqualTo("a: java.lang.IllegalStateException: boom\nb: java.lang.IllegalStateException: boom");
        stream.onNext(push("n2", List.of(), "a@1"));
        next(taken);
        assertThat(names(next(taken))).containsExactly("a@1");
        assertThat(next(requests).hasErrorDetail()).isFalse();
        assertThat(subscription.state().refused()).containsOnlyKeys("b");
    }

    @Test
    void aLostStreamIsOpenedAgainWithTheVersionsThatAreInUse() throws InterruptedException {
        next(requests);
        StreamObserver<DeltaDiscoveryResponse> first = next(streams);
        first.onNext(push("n1", List.of(), "a@1", "b@1", "c@bad"));
        next(requests);
        first.onNext(push("n2", List.of("b"), "a@bad"));
        next(requests);
        first.onError(Status.UNAVAILABLE.asRuntimeException());
        DeltaDiscoveryRequest again = next(requests);
        assertThat(again.getInitialResourceVersionsMap())
                .as("c was never good, and the server is to say whether it is there still")
                .isEqualTo(Map.of("a", "1", "c", ""));
        assertThat(again.getResponseNonce()).isEmpty();
        assertThat(again.getNode().getCluster()).isEqualTo("gatehouse/waf");
        next(streams).onNext(push("n1", List.of("c"), "a@2"));
        assertThat(next(requests).hasErrorDetail()).isFalse();
        assertThat(subscription.state()).isEqualTo(new SubscriptionState(true, 1, Map.of()));
    }

    @Test
    void aRefusalEndsWithItsStreamWhereWhatWasRefusedIsGone() throws InterruptedException {
        next(requests);
        StreamObserver<DeltaDiscoveryResponse> first = next(streams);
        first.onNext(push("n1", List.of(), "a@1"));
        next(requests);
        first.onNext(push("n2", List.of(), "a@bad"));
        next(requests);
        assertThat(subscription.state().refusal()).contains("a: line 3, column 7\na: line 4, column 1");
        first.onError(Status.UNAVAILABLE.asRuntimeException());
        assertThat(next(requests).getInitialResourceVersionsMap()).isEqualTo(Map.of("a", "1"));
        // The server has nothing to push: what it has is version 1 again.
        long deadline = System.nanoTime() + SECONDS.toNanos(20);
        while (!subscription.state().connected() && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(subscription.state()).isEqualTo(new SubscriptionState(true, 1, Map.of()));
    }

    @Test
    void aPushThatBreaksTheProtocolIsRefused() throws InterruptedException {
        next(requests);
        StreamObserver<DeltaDiscoveryResponse> stream = next(streams);
        stream.onNext(DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl("type.googleapis.com/other")
                .setNonce("n1")
                .build());
        assertThat(next(requests).getErrorDetail().getMessage()).contains("type.googleapis.com/other", TYPE);
        stream.onNext(push("n2", List.of(), "@1"));
        assertThat(next(requests).getErrorDetail().getMessage()).contains("no name");
        stream.onNext(push("n3", List.of(), "a@1", "a@2"));
        assertThat(next(requests).getErrorDetail().getMessage()).isEqualTo("a: twice in one push (expected: once)");
        assertThat(taken).isEmpty();
    }

    @Test
    void aRefusalOfVeryManyIsToldInPartsThatTheServerTakes() throws InterruptedException {
        next(requests);
        StreamObserver<DeltaDiscoveryResponse> stream = next(streams);
        String[] all = new String[20_000];
        for (int i = 0; i < all.length; i++) {
            all[i] = "policy-" + i + "@bad";
        }
        stream.onNext(push("n1", List.of(), all));
        assertThat(next(requests).getErrorDetail().getMessage()).hasSizeBetween(200_000, 262_144);
        assertThat(subscription.state().refused()).hasSize(all.length);
    }

    private static List<String> names(Update update) {
        return update.changed().stream()
                .map(resource -> resource.name() + "@" + resource.version())
                .toList();
    }

    /** @param resources {@code name@version} */
    private static DeltaDiscoveryResponse push(String nonce, List<String> removed, String... resources) {
        DeltaDiscoveryResponse.Builder push = DeltaDiscoveryResponse.newBuilder()
                .setTypeUrl(TYPE)
                .setNonce(nonce)
                .addAllRemovedResources(removed);
        for (String resource : resources) {
            int at = resource.indexOf('@');
            push.addResources(io.envoyproxy.envoy.service.discovery.v3.Resource.newBuilder()
                    .setName(resource.substring(0, at))
                    .setVersion(resource.substring(at + 1))
                    .setResource(Any.pack(StringValue.of(resource))));
        }
        return push.build();
    }

    private static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        return Objects.requireNonNull(queue.poll(10, SECONDS), "nothing came within 10 s");
    }
}
