package dev.gatehouse.ratelimit;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.hamcrest.Matchers.containsString;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import dev.gatehouse.api.ratelimit.v1.LimitDescriptor;
import dev.gatehouse.api.ratelimit.v1.LimitRequest;
import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.api.ratelimit.v3.RateLimitPolicy;
import dev.gatehouse.api.ratelimit.v3.RateLimitUnit;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.testkit.AdsServer;
import io.envoyproxy.envoy.extensions.common.ratelimit.v3.RateLimitDescriptor;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitRequest;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.Code;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse.DescriptorStatus;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitServiceGrpc.RateLimitServiceBlockingStub;
import io.grpc.CallOptions;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.ProtoUtils;
import io.grpc.stub.ClientCalls;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import java.util.Map;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

@QuarkusTest
@QuarkusTestResource(
        value = AdsServer.class,
        initArgs = @ResourceArg(name = AdsServer.PROPERTY, value = "gatehouse.ratelimit.xds.address"))
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RateLimitServiceTest {
    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int port;

    @SuppressWarnings("NullAway.Init")
    AdsServer ads;

    private ManagedChannel channel;
    private RateLimitServiceBlockingStub service;

    @BeforeEach
    void connect() {
        channel = Grpc.newChannelBuilder("localhost:" + port, InsecureChannelCredentials.create())
                .build();
        service = RateLimitServiceGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
    }

    private static RateLimitConfig config(String domain, int requests, RateLimitUnit unit) {
        return RateLimitConfig.newBuilder()
                .setName(domain)
                .setDomain(domain)
                .addDescriptors(dev.gatehouse.api.ratelimit.v3.RateLimitDescriptor.newBuilder()
                        .setKey("user")
                        .setRateLimit(RateLimitPolicy.newBuilder()
                                .setUnit(unit)
                                .setRequestsPerUnit(requests)
                                .setName("per-user")))
                .build();
    }

    /** Envoy's bytes, of which some may be no text. */
    private RateLimitResponse askWithBytes(String domain, int... user) {
        ByteString.Output value = ByteString.newOutput();
        for (int each : user) {
            value.write(each);
        }
        LimitRequest request = LimitRequest.newBuilder()
                .setDomain(domain)
                .addDescriptors(LimitDescriptor.newBuilder()
                        .addEntries(LimitDescriptor.Entry.newBuilder()
                                .setKey("user")
                                .setValue(value.toByteString())))
                .build();
        return ClientCalls.blockingUnaryCall(
                channel,
                RateLimitServiceGrpc.getShouldRateLimitMethod().toBuilder(
                                ProtoUtils.marshaller(LimitRequest.getDefaultInstance()),
                                ProtoUtils.marshaller(RateLimitResponse.getDefaultInstance()))
                        .build(),
                CallOptions.DEFAULT,
                request);
    }

    private RateLimitResponse ask(String domain, String user) {
        return service.shouldRateLimit(RateLimitRequest.newBuilder()
                .setDomain(domain)
                .addDescriptors(RateLimitDescriptor.newBuilder()
                        .addEntries(RateLimitDescriptor.Entry.newBuilder()
                                .setKey("user")
                                .setValue(user)))
                .build());
    }

    @Test
    @Order(1)
    void beforeTheFirstConfigurationTheServiceIsNotReadyAndSaysSo() throws InterruptedException {
        DeltaDiscoveryRequest first = ads.next();
        assertThat(first.getTypeUrl()).isEqualTo(TypeUrls.RATE_LIMIT);
        assertThat(first.getNode().getCluster()).isEqualTo("gatehouse/ratelimit");
        assertThatThrownBy(() -> ask("d", "x"))
                .isInstanceOf(StatusRuntimeException.class)
                .hasMessageContaining("no rate limit configuration received yet");
        given().get("/q/health/ready").then().statusCode(503);
        given().get("/healthcheck").then().statusCode(500);
    }

    @Test
    @Order(2)
    void aPushedLimitIsEnforcedAndReported() throws InterruptedException {
        ads.push("1", TypeUrls.RATE_LIMIT, Map.of("d", config("d", 2, RateLimitUnit.YEAR)));
        assertThat(ads.next().hasErrorDetail()).isFalse();
        RateLimitResponse response = ask("d", "x");
        assertThat(response.getOverallCode()).isEqualTo(Code.OK);
        DescriptorStatus status = response.getStatuses(0);
        assertThat(status.getCurrentLimit().getRequestsPerUnit()).isEqualTo(2);
        assertThat(status.getCurrentLimit().getUnit()).isEqualTo(RateLimitResponse.RateLimit.Unit.YEAR);
        assertThat(status.getCurrentLimit().getName()).isEqualTo("per-user");
        assertThat(status.getLimitRemaining()).isEqualTo(1);
        assertThat(status.getDurationUntilReset().getSeconds()).isPositive();
        assertThat(response.getResponseHeadersToAddList()).isEmpty();
        assertThat(response.hasDynamicMetadata()).as("nothing for the log").isFalse();
        assertThat(ask("d", "x").getOverallCode()).isEqualTo(Code.OK);
        RateLimitResponse exceeded = ask("d", "x");
        assertThat(exceeded.getOverallCode()).isEqualTo(Code.OVER_LIMIT);
        Struct finding = exceeded.getDynamicMetadata()
                .getFieldsOrThrow("exceeded")
                .getListValue()
                .getValues(0)
                .getStructValue();
        assertThat(finding.getFieldsOrThrow("rule").getStringValue()).isEqualTo("user");
        assertThat(finding.getFieldsOrThrow("limit").getStringValue()).isEqualTo("2/year");
        assertThat(ask("d", "y").getOverallCode()).isEqualTo(Code.OK);
        assertThat(ask("elsewhere", "x").getOverallCode()).isEqualTo(Code.OK);
    }

    @Test
    @Order(3)
    void aValueThatIsNotUtf8IsCountedByItself() {
        assertThat(askWithBytes("d", 0xff).getStatuses(0).getLimitRemaining()).isEqualTo(1);
        assertThat(askWithBytes("d", 0xff).getOverallCode()).isEqualTo(Code.OK);
        assertThat(askWithBytes("d", 0xff).getOverallCode()).isEqualTo(Code.OVER_LIMIT);
        assertThat(askWithBytes("d", 0xfe).getOverallCode()).isEqualTo(Code.OK);
        given().get("/gatehouse/quota/top").then().statusCode(200).body(containsString("\"requests\":1"));
    }

    @Test
    @Order(4)
    void aBadPushIsRefusedByNameAndTheRestOfItIsUsed() throws InterruptedException {
        ads.push(
                "2",
                TypeUrls.RATE_LIMIT,
                Map.of("d", config("d", 5, RateLimitUnit.UNKNOWN), "e", config("e", 0, RateLimitUnit.HOUR)));
        DeltaDiscoveryRequest answer = ads.next();
        assertThat(answer.getResponseNonce()).isEqualTo("2");
        assertThat(answer.getErrorDetail().getMessage()).startsWith("d: descriptors[0].rate_limit.unit: \"UNKNOWN\"");
        assertThat(ask("e", "x").getOverallCode()).isEqualTo(Code.OVER_LIMIT);
        assertThat(ask("d", "x").getOverallCode()).isEqualTo(Code.OVER_LIMIT);
    }

    @Test
    @Order(5)
    void aRequestThatMakesNoSenseIsRefusedWithItsField() {
        assertThatThrownBy(() -> ask("", "x"))
                .hasMessageContaining("INVALID_ARGUMENT")
                .hasMessageContaining("domain: \"\"");
        assertThatThrownBy(() -> service.shouldRateLimit(
                        RateLimitRequest.newBuilder().setDomain("d").build()))
                .hasMessageContaining("descriptors: none");
    }

    @Test
    @Order(6)
    void healthAndMetricsSayWhatIsDecided() {
        given().get("/q/health/ready").then().statusCode(200).body(containsString("\"store\": \"memory\""));
        given().get("/healthcheck").then().statusCode(200).body(containsString("OK"));
        given().get("/q/metrics")
                .then()
                .statusCode(200)
                .body(containsString("gatehouse_ratelimit_decisions_total{code=\"over_limit\",domain=\"d\""))
                .body(containsString("domain=\"unknown\""))
                .body(containsString("gatehouse_ratelimit_errors_total{reason=\"bad-request\""))
                .body(containsString("gatehouse_ratelimit_store_seconds"));
    }
}
