package dev.gatehouse.xds;

import static io.restassured.RestAssured.given;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import com.google.protobuf.Any;
import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.ConfigLog;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.Put;
import dev.gatehouse.events.ReportTopic;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.events.Subscription;
import dev.gatehouse.events.Transaction;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.xds.view.XdsView;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
class XdsServiceTest {
    @Inject
    ConfigLog log;

    @Inject
    ReportTopic topic;

    @Inject
    XdsView view;

    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int port;

    private ManagedChannel channel;

    @BeforeEach
    void connect() {
        channel = Grpc.newChannelBuilder("localhost:" + port, InsecureChannelCredentials.create())
                .build();
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
    }

    private Position publish(String fleet, String name, int version) {
        Cluster cluster = Cluster.newBuilder().setName(name).build();
        ResourceId id = new ResourceId(fleet, TypeUrls.CLUSTER, name);
        Put put = new Put(id, Integer.toString(version), cluster.toByteString(), false);
        return log.append(new Transaction(fleet, List.of(put), List.of(), Instant.now(), false));
    }

    private static Node node(String fleet) {
        return Node.newBuilder().setId("proxy-0").setCluster(fleet).build();
    }

    @Test
    void aStateOfTheWorldSubscriberIsServedOnceItsFleetAppearsAndReported() throws InterruptedException {
        BlockingQueue<DataPlaneReport> reports = new LinkedBlockingQueue<>();
        Inbox<DiscoveryResponse> inbox = new Inbox<>();
        try (Subscription subscription = topic.subscribe(reports::add)) {
            StreamObserver<DiscoveryRequest> requests =
                    AggregatedDiscoveryServiceGrpc.newStub(channel).streamAggregatedResources(inbox);
            DiscoveryRequest.Builder request =
                    DiscoveryRequest.newBuilder().setNode(node("ns/sotw")).setTypeUrl(TypeUrls.CLUSTER);
            requests.onNext(request.build());
            assertThat(report(reports, "ns/sotw").getConnected().getProtocol()).isEqualTo("sotw");
            Position position = publish("ns/sotw", "a", 1);
            DiscoveryResponse push = inbox.next();
            assertThat(push.getResourcesList())
                    .containsExactly(Any.pack(Cluster.newBuilder().setName("a").build()));
            requests.onNext(request.clearNode()
                    .setVersionInfo(push.getVersionInfo())
                    .setResponseNonce(push.getNonce())
                    .build());
            assertThat(report(reports, "ns/sotw").getApplied().getOffset()).isEqualTo(position.offset());
            // The view follows the report.
            Await.until(
                    () -> view.subscribers().stream()
                            .filter(subscriber -> subscriber.fleet().equals("ns/sotw"))
                            .anyMatch(subscriber -> subscriber.nodeId().equals("proxy-0")
                                    && subscriber.protocol().equals("sotw")
                                    && subscriber
                                            .types()
                                            .getFirst()
                                            .ackedVersion()
                                            .equals(push.getVersionInfo())),
                    Duration.ofSeconds(5),
                    () -> "acknowledged version " + push.getVersionInfo() + " in " + view.subscribers());
            requests.onCompleted();
            assertThat(report(reports, "ns/sotw").hasDisconnected()).isTrue();
        }
    }

    @Test
    void aDeltaSubscribersRefusalIsReportedWithItsWords() throws InterruptedException {
        BlockingQueue<DataPlaneReport> reports = new LinkedBlockingQueue<>();
        Inbox<DeltaDiscoveryResponse> inbox = new Inbox<>();
        Position position = publish("ns/delta", "bad", 1);
        try (Subscription subscription = topic.subscribe(reports::add)) {
            StreamObserver<DeltaDiscoveryRequest> requests =
                    AggregatedDiscoveryServiceGrpc.newStub(channel).deltaAggregatedResources(inbox);
            requests.onNext(DeltaDiscoveryRequest.newBuilder()
                    .setNode(node("ns/delta"))
                    .setTypeUrl(TypeUrls.CLUSTER)
                    .build());
            DeltaDiscoveryResponse push = inbox.next();
            assertThat(push.getResources(0).getName()).isEqualTo("bad");
            requests.onNext(DeltaDiscoveryRequest.newBuilder()
                    .setTypeUrl(TypeUrls.CLUSTER)
                    .setResponseNonce(push.getNonce())
                    .setErrorDetail(com.google.rpc.Status.newBuilder().setMessage("cluster bad: no such thing"))
                    .build());
            report(reports, "ns/delta");
            DataPlaneReport.Rejected rejected = report(reports, "ns/delta").getRejected();
            assertThat(rejected.getMessage()).isEqualTo("cluster bad: no such thing");
            assertThat(rejected.getResourcesList()).containsExactly("bad");
            assertThat(rejected.getOffset()).isEqualTo(position.offset());
            requests.onCompleted();
        }
    }

    @Test
    void aSubscriberWithoutAFleetIsToldWhatIsMissing() throws InterruptedException {
        Inbox<DiscoveryResponse> inbox = new Inbox<>();
        StreamObserver<DiscoveryRequest> requests =
                AggregatedDiscoveryServiceGrpc.newStub(channel).streamAggregatedResources(inbox);
        requests.onNext(
                DiscoveryRequest.newBuilder().setTypeUrl(TypeUrls.CLUSTER).build());
        Status status = Status.fromThrowable(inbox.failure());
        assertThat(status.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(status.getDescription()).contains("node.cluster", "<namespace>/<gateway>");
    }

    @Test
    void healthAndMetricsSayWhatIsServed() {
        given().get("/q/health/ready").then().statusCode(200).body(containsString("xds: config log"));
        given().get("/q/metrics").then().statusCode(200).body(containsString("gatehouse_xds_streams"));
    }

    private static DataPlaneReport report(BlockingQueue<DataPlaneReport> reports, String fleet)
            throws InterruptedException {
        while (true) {
            DataPlaneReport report = Objects.requireNonNull(reports.poll(10, SECONDS), "no report within 10 s");
            if (report.getFleet().equals(fleet)) {
                return report;
            }
        }
    }

    private static final class Inbox<R> implements StreamObserver<R> {
        private final BlockingQueue<R> pushes = new LinkedBlockingQueue<>();
        private final BlockingQueue<Throwable> failures = new LinkedBlockingQueue<>();

        @Override
        public void onNext(R push) {
            pushes.add(push);
        }

        @Override
        public void onError(Throwable failure) {
            failures.add(failure);
        }

        @Override
        public void onCompleted() {}

        R next() throws InterruptedException {
            return Objects.requireNonNull(pushes.poll(10, SECONDS), "no push within 10 s");
        }

        Throwable failure() throws InterruptedException {
            return Objects.requireNonNull(failures.poll(10, SECONDS), "no failure within 10 s");
        }
    }
}
