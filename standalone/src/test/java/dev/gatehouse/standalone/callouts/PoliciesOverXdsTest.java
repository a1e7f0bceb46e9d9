package dev.gatehouse.standalone.callouts;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.api.waf.v1.WafPolicy;
import dev.gatehouse.controller.publish.DataPlane;
import dev.gatehouse.controller.publish.Quarantine;
import dev.gatehouse.controller.status.FleetState;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ReportTopic;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.policy.Policy;
import dev.gatehouse.waf.xds.PolicySubscriber;
import dev.gatehouse.xds.grpc.StreamMetrics;
import dev.gatehouse.xds.grpc.XdsServer;
import dev.gatehouse.xds.snapshot.SnapshotStore;
import dev.gatehouse.xds.stream.StreamSettings;
import dev.gatehouse.xds.view.SubscriberRegistry;
import dev.gatehouse.xdsclient.Update;
import dev.gatehouse.xdsclient.XdsChannels;
import dev.gatehouse.xdsclient.XdsNode;
import dev.gatehouse.xdsclient.XdsSubscription;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc.AggregatedDiscoveryServiceImplBase;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The policies of waf-svc over incremental xDS: what is read of a change, and what is told of what is refused. */
@Timeout(120)
final class PoliciesOverXdsTest {
    private static final String FLEET = "gatehouse/waf";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int MANY = 4_000;
    private static final String GOOD = "SecAction \"id:1,phase:1,pass\"";
    private static final String BAD = "SecRul ARGS x";

    private final MemoryConfigLog log = new MemoryConfigLog("epoch");
    private final ReportTopic topic = new ReportTopic();
    private final SnapshotStore store = new SnapshotStore();
    private final Subscription following = log.follow(Optional.empty(), store);
    private final Policies policies = new Policies();
    private final ConcurrentLinkedQueue<Update> updates = new ConcurrentLinkedQueue<>();
    private final DataPlane dataPlane = new DataPlane(
            id -> Set.of(new ObjectRef("WAFPolicy", "default", id.name())), new Quarantine(Set.of(FLEET)));
    private final XdsServer xds = new XdsServer(
            store,
            new SubscriberRegistry(),
            topic,
            StreamMetrics.NONE,
            StreamSettings.defaults(),
            "replica",
            InstantSource.system());

    private volatile FleetState state = FleetState.UNKNOWN;
    private volatile long applied;

    @SuppressWarnings("NullAway.Init")
    private Server server;

    @SuppressWarnings("NullAway.Init")
    private ManagedChannel channel;

    @SuppressWarnings("NullAway.Init")
    private XdsSubscription subscription;

    @BeforeEach
    void start() throws IOException {
        topic.subscribe(report -> {
            state = dataPlane.take(report);
            if (report.getWhatCase() == DataPlaneReport.WhatCase.APPLIED) {
                applied = report.getApplied().getOffset();
            }
        });
        server = serve(0);
        channel = XdsChannels.to("127.0.0.1:" + server.getPort(), InsecureChannelCredentials.create());
        PolicySubscriber subscriber = new PolicySubscriber(policies);
        subscription = XdsSubscription.start(
                channel,
                new XdsNode("waf-0", FLEET, "waf-svc", "1"),
                TypeUrls.WAF,
                update -> {
                    updates.add(update);
                    return subscriber.take(update);
                },
                new Random(1));
    }

    private Server serve(int port) throws IOException {
        return NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
                .addService(new Ads(xds))
                .build()
                .start();
    }

    @AfterEach
    void stop() {
        subscription.close();
        channel.shutdownNow();
        server.shutdownNow();
        xds.close();
        following.close();
    }

    @Test
    void oneChangedPolicyAmongThousandsIsTheOnlyOneThatIsRead() {
        awaitApplied(append(
                IntStream.range(0, MANY).mapToObj(n -> policy("p" + n, GOOD)).toList(), List.of()));
        assertThat(policies.size()).isEqualTo(MANY);
        updates.clear();
        awaitApplied(append(List.of(policy("p77", "SecAction \"id:2,phase:1,deny\"")), List.of()));
        awaitApplied(append(List.of(), List.of("p78")));
        assertThat(updates).hasSize(2);
        assertThat(updates.poll()).satisfies(update -> {
            assertThat(update.changed())
                    .singleElement()
                    .satisfies(each -> assertThat(each.name()).isEqualTo("p77"));
            assertThat(update.removed()).isEmpty();
        });
        assertThat(updates.poll()).isEqualTo(new Update(List.of(), Set.of("p78")));
        assertThat(policies.size()).isEqualTo(MANY - 1);
    }

    @Test
    void whatChangedAndWentWhileTheConnectionWasLostIsAllThatIsReadAfterIt() throws Exception {
        awaitApplied(append(
                IntStream.range(0, 100).mapToObj(n -> policy("p" + n, GOOD)).toList(), List.of()));
        int port = server.getPort();
        server.shutdownNow().awaitTermination();
        updates.clear();
        long offset = append(List.of(policy("p7", BAD), policy("p8", "SecAction \"id:3,phase:1\"")), List.of("p9"));
        server = serve(port);
        await("p7 is refused", () -> state.rejections().size() == 1 && policies.size() == 99);
        assertThat(updates.stream().flatMap(update -> update.changed().stream()))
                .allSatisfy(each -> assertThat(each.name()).isIn("p7", "p8"));
        assertThat(policies.find("p7")).as("its last good rules").isInstanceOf(Policy.Ready.class);
        assertThat(applied).isLessThan(offset);
    }

    @Test
    void refusedPoliciesAreAllNamedAndEachIsClearedWhenItIsAcceptedOrGone() {
        awaitApplied(append(List.of(policy("a", GOOD), policy("b", GOOD), policy("c", GOOD)), List.of()));
        append(List.of(policy("a", BAD)), List.of());
        append(List.of(policy("b", BAD), policy("new", BAD), policy("d", GOOD)), List.of());
        awaitRefused("a", "b", "new");
        await("d is in force beside them", () -> policies.find("d") instanceof Policy.Ready);
        assertThat(state.rejections().get(owner("a")))
                .startsWith("a: directives[0]:1:1: unknown directive \"SecRul\"")
                .doesNotContain("b: ");
        append(List.of(policy("a", "SecAction \"id:4,phase:1\"")), List.of());
        awaitRefused("b", "new");
        append(List.of(), List.of("new"));
        awaitRefused("b");
        awaitApplied(append(List.of(policy("b", GOOD)), List.of()));
        awaitRefused();
        assertThat(subscription.state().refused()).isEmpty();
        assertThat(policies.broken()).isZero();
    }

    @Test
    void aControllerThatComesLaterIsToldOfAllThatIsRefused() {
        append(List.of(policy("a", BAD), policy("b", BAD), policy("c", GOOD)), List.of());
        awaitRefused("a", "b");
        DataPlane later = new DataPlane(
                id -> Set.of(new ObjectRef("WAFPolicy", "default", id.name())), new Quarantine(Set.of(FLEET)));
        ConcurrentLinkedQueue<FleetState> states = new ConcurrentLinkedQueue<>();
        topic.subscribe(report -> states.add(later.take(report)));
        await(
                "both are told",
                () -> states.stream()
                        .anyMatch(each -> each.rejections().keySet().equals(Set.of(owner("a"), owner("b")))));
    }

    private static ObjectRef owner(String name) {
        return new ObjectRef("WAFPolicy", "default", name);
    }

    private void awaitRefused(String... names) {
        Set<ObjectRef> owners = Set.copyOf(
                List.of(names).stream().map(PoliciesOverXdsTest::owner).toList());
        await("refused: " + owners, () -> state.rejections().keySet().equals(owners));
    }

    private void awaitApplied(long offset) {
        await("applied: " + offset, () -> applied >= offset);
    }

    private static void await(String what, Await.Condition condition) {
        Await.until(condition, PATIENCE, () -> what);
    }

    private long append(List<Put> puts, List<String> deletes) {
        return log.append(new Transaction(
                        FLEET,
                        puts,
                        deletes.stream()
                                .map(name -> new ResourceId(FLEET, TypeUrls.WAF, name))
                                .toList(),
                        Instant.now(),
                        false))
                .offset();
    }

    private static Put policy(String name, String directives) {
        ByteString bytes = WafPolicy.newBuilder()
                .setName(name)
                .setMode(WafPolicy.Mode.ENFORCE)
                .addSources(
                        WafPolicy.Source.newBuilder().setName("directives[0]").setText(directives))
                .build()
                .toByteString();
        return new Put(new ResourceId(FLEET, TypeUrls.WAF, name), Integer.toHexString(bytes.hashCode()), bytes, false);
    }

    private static final class Ads extends AggregatedDiscoveryServiceImplBase {
        private final XdsServer xds;

        Ads(XdsServer xds) {
            this.xds = xds;
        }

        @Override
        public StreamObserver<DeltaDiscoveryRequest> deltaAggregatedResources(
                StreamObserver<DeltaDiscoveryResponse> responses) {
            return xds.delta(Optional.empty(), responses);
        }
    }
}
