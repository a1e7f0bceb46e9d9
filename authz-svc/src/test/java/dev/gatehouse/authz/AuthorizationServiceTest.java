package dev.gatehouse.authz;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import at.favre.lib.crypto.bcrypt.BCrypt;
import com.google.protobuf.ByteString;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.api.authz.v1.ApiKeyAuth;
import dev.gatehouse.api.authz.v1.BasicAuth;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.grpcserver.PreparedServices;
import dev.gatehouse.testkit.AdsServer;
import io.envoyproxy.envoy.config.core.v3.HeaderValueOption;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc.AuthorizationBlockingStub;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.quarkus.arc.Arc;
import io.quarkus.grpc.runtime.GrpcContainer;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.junit.QuarkusTest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
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
        initArgs = @ResourceArg(name = AdsServer.PROPERTY, value = "gatehouse.authz.xds.address"))
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AuthorizationServiceTest {
    @ConfigProperty(name = "quarkus.grpc.server.test-port")
    int port;

    @SuppressWarnings("NullAway.Init")
    AdsServer ads;

    private ManagedChannel channel;
    private AuthorizationBlockingStub service;

    @BeforeEach
    void connect() {
        channel = Grpc.newChannelBuilder("localhost:" + port, InsecureChannelCredentials.create())
                .build();
        service = AuthorizationGrpc.newBlockingStub(channel);
    }

    @AfterEach
    void disconnect() {
        channel.shutdownNow();
    }

    @Test
    void servicesAreMadeBeforeAnEventLoopServesThem() {
        assertThat(Arc.container().instance(GrpcContainer.class).get()).isInstanceOf(PreparedServices.class);
    }

    private static AccessPolicy policy(String name, String headerName) throws NoSuchAlgorithmException {
        byte[] hash = MessageDigest.getInstance("SHA-256").digest("k1".getBytes(StandardCharsets.UTF_8));
        return AccessPolicy.newBuilder()
                .setName(name)
                .setApiKeyAuth(ApiKeyAuth.newBuilder()
                        .addCredentials(ApiKeyAuth.Credential.newBuilder()
                                .setClientId("alice")
                                .setKeySha256(ByteString.copyFrom(hash)))
                        .addExtractFrom(ApiKeyAuth.KeySource.newBuilder().setHeader(headerName))
                        .setForwardClientIdHeader("X-Client-Id")
                        .setSanitize(true))
                .setBasicAuth(BasicAuth.newBuilder()
                        .addUsers(BasicAuth.User.newBuilder()
                                .setName("bob")
                                .setPasswordHash(BCrypt.with(BCrypt.Version.VERSION_2Y)
                                        .hashToString(4, "secret".toCharArray()))))
                .build();
    }

    private CheckResponse check(String policy, Map<String, String> headers) {
        return service.check(CheckRequest.newBuilder()
                .setAttributes(AttributeContext.newBuilder()
                        .putContextExtensions("gatehouse.policy", policy)
                        .setRequest(AttributeContext.Request.newBuilder()
                                .setHttp(AttributeContext.HttpRequest.newBuilder()
                                        .setMethod("GET")
                                        .setHost("example.com")
                                        .setPath("/")
                                        .putAllHeaders(headers))))
                .build());
    }

    private static int status(CheckResponse response) {
        return response.getDeniedResponse().getStatus().getCodeValue();
    }

    private static List<String> headers(List<HeaderValueOption> options) {
        return options.stream()
                .map(option ->
                        option.getHeader().getKey() + ": " + option.getHeader().getValue())
                .toList();
    }

    private static String basic(String credentials) {
        return "Basic " + Base64.getEncoder().encodeToString(credentials.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    @Order(1)
    void beforeTheFirstPoliciesEveryRequestIsDeniedAndTheServiceNotReady() throws InterruptedException {
        DeltaDiscoveryRequest first = ads.next();
        assertThat(first.getTypeUrl()).isEqualTo(TypeUrls.ACCESS);
        assertThat(first.getNode().getCluster()).isEqualTo("gatehouse/authz");
        CheckResponse response = check("ns/p", Map.of("x-api-key", "k1"));
        assertThat(status(response)).isEqualTo(503);
        assertThat(response.getDeniedResponse().getBody()).contains("no access policies were received yet");
        given().get("/q/health/ready").then().statusCode(503);
    }

    @Test
    @Order(2)
    void bothPartsOfAPolicyHaveToBePassed() throws InterruptedException, NoSuchAlgorithmException {
        ads.push("1", TypeUrls.ACCESS, Map.of("ns/p", policy("ns/p", "x-api-key")));
        assertThat(ads.next().hasErrorDetail()).isFalse();
        CheckResponse allowed = check(
                "ns/p", Map.of("x-api-key", "k1", "authorization", basic("bob:secret"), "x_client_id", "mallory"));
        assertThat(allowed.getStatus().getCode()).isZero();
        assertThat(headers(allowed.getOkResponse().getHeadersList())).containsExactly("x-client-id: alice");
        assertThat(allowed.getOkResponse().getHeadersToRemoveList())
                .containsExactlyInAnyOrder("x-api-key", "x_client_id");

        CheckResponse noPassword = check("ns/p", Map.of("x-api-key", "k1"));
        assertThat(status(noPassword)).isEqualTo(401);
        assertThat(noPassword.getStatus().getCode()).isEqualTo(16);
        assertThat(headers(noPassword.getDeniedResponse().getHeadersList()))
                .contains("www-authenticate: Basic realm=\"gatehouse\", charset=\"UTF-8\"");
        assertThat(status(check("ns/p", Map.of("authorization", basic("bob:secret")))))
                .isEqualTo(401);
        assertThat(status(check("ns/p", Map.of("x-api-key", "k2", "authorization", basic("bob:secret")))))
                .isEqualTo(401);
    }

    @Test
    @Order(3)
    void aBadPolicyIsRefusedByNameItsLastGoodVersionStaysAndTheRestIsUsed()
            throws InterruptedException, NoSuchAlgorithmException {
        ads.push("2", TypeUrls.ACCESS, Map.of("ns/p", policy("ns/p", "not a header"), "ns/q", policy("ns/q", "x-key")));
        DeltaDiscoveryRequest answer = ads.next();
        assertThat(answer.getResponseNonce()).isEqualTo("2");
        assertThat(answer.getErrorDetail().getMessage())
                .isEqualTo("ns/p: api_key_auth.extract_from[0].header: \"not a header\""
                        + " (expected: the name of a header, not one that HTTP itself needs)");
        Map<String, String> credentials =
                Map.of("x-api-key", "k1", "x-key", "k1", "authorization", basic("bob:secret"));
        assertThat(check("ns/p", credentials).getStatus().getCode()).isZero();
        assertThat(check("ns/q", credentials).getStatus().getCode()).isZero();
    }

    @Test
    @Order(4)
    void noPolicyAnUnknownOneAndWhatIsNoHttpRequestAreDenied() {
        assertThat(status(check("", Map.of()))).isEqualTo(503);
        assertThat(status(check("ns/unknown", Map.of()))).isEqualTo(503);
        assertThat(status(service.check(CheckRequest.getDefaultInstance()))).isEqualTo(403);
    }

    @Test
    @Order(5)
    void healthAndMetricsSayWhatIsDecided() {
        given().get("/q/health/ready").then().statusCode(200).body(containsString("authz: policies"));
        given().get("/q/metrics")
                .then()
                .statusCode(200)
                .body(containsString("gatehouse_authz_checks_total{kind=\"api-key\",outcome=\"key-missing\""))
                .body(containsString("gatehouse_authz_checks_total{kind=\"all\",outcome=\"allowed\""));
    }
}
