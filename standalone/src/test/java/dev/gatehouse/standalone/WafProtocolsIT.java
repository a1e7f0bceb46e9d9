package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.standalone.httpbin.echo.EchoGrpc;
import dev.gatehouse.standalone.httpbin.echo.EchoRequest;
import dev.gatehouse.standalone.httpbin.echo.EchoResponse;
import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.standalone.process.WebClient;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.net.URI;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What is not a request and a response, through the Core Rule Set in a real Envoy: calls of gRPC that go on, and WebSockets. */
@Timeout(90)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class WafProtocolsIT {
    private static final int SECONDS = 20;

    /** Longer than Envoy waits for an answer of waf-svc. */
    private static final Duration QUIET = Duration.ofMillis(2_500);

    private static final int MEGABYTE = 1 << 20;

    private static final String FILES = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: front, namespace: default}
            spec:
              gatewayClassName: gatehouse
              listeners:
              - {name: http, protocol: HTTP, port: ${port}}
            ---
            apiVersion: gatehouse.dev/v1alpha1
            kind: WAFPolicy
            metadata: {name: all, namespace: default}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front}]
              crs: {blockingParanoiaLevel: 1}
              responseBody: {inspect: true}
              directives:
              - SecRule REQUEST_HEADERS:x-tenant "@streq evil" "id:1,phase:1,deny,status:403"
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: {name: app, namespace: default}
            spec:
              parentRefs: [{name: front}]
              rules:
              - matches: [{path: {value: /websocket/echo}}]
                backendRefs: [{name: app, port: 80}]
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: GRPCRoute
            metadata: {name: echo, namespace: default}
            spec:
              parentRefs: [{name: front}]
              rules:
              - matches: [{method: {service: gatehouse.echo.v1.Echo}}]
                backendRefs: [{name: app, port: 90}]
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: app, namespace: default}
            spec:
              ports:
              - {name: http, port: 80}
              - {name: grpc, port: 90, appProtocol: kubernetes.io/h2c}
            ---
            apiVersion: discovery.k8s.io/v1
            kind: EndpointSlice
            metadata:
              name: app
              namespace: default
              labels: {kubernetes.io/service-name: app}
              annotations: {gatehouse.dev/run: httpbin}
            addressType: IPv4
            endpoints: [{addresses: [127.0.0.1]}]
            ports: [{name: http, port: ${http}}, {name: grpc, port: ${grpc}}]
            """;

    private final int port = FreePorts.some(1).getFirst();

    @SuppressWarnings("NullAway.Init")
    private ChildJvm gatehouse;

    @SuppressWarnings("NullAway.Init")
    private ManagedChannel channel;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        List<Integer> own = FreePorts.some(4);
        Files.writeString(
                folder.resolve("all.yaml"),
                FILES.replace("${port}", Integer.toString(port))
                        .replace("${http}", own.get(2).toString())
                        .replace("${grpc}", own.get(3).toString()));
        gatehouse = ChildJvm.serving(own.get(0), own.get(1), folder);
        channel = Grpc.newChannelBuilder("127.0.0.1:" + port, InsecureChannelCredentials.create())
                .build();
        // Until waf-svc has compiled the rules calls are refused.
        Await.until(this::answers, Duration.ofSeconds(60), gatehouse::output);
    }

    @AfterAll
    void stop() {
        channel.shutdownNow();
        gatehouse.close();
    }

    private boolean answers() {
        try {
            return EchoGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(Duration.ofSeconds(SECONDS))
                    .unary(message("hello"))
                    .getMessage()
                    .equals("hello");
        } catch (StatusRuntimeException e) {
            return false;
        }
    }

    private static EchoRequest message(String text) {
        return EchoRequest.newBuilder().setMessage(text).build();
    }

    @Test
    void aCallPassesAndItsFailureToo() {
        EchoGrpc.EchoBlockingStub echo =
                EchoGrpc.newBlockingStub(channel).withDeadlineAfter(Duration.ofSeconds(SECONDS));
        assertThat(echo.unary(message("hello")).getMessage()).isEqualTo("hello");
        assertThatThrownBy(() -> echo.unary(EchoRequest.newBuilder()
                        .setMessage("gone")
                        .setFailWith(5)
                        .build()))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.NOT_FOUND));
    }

    @Test
    void metadataIsInspected() {
        Metadata evil = new Metadata();
        evil.put(Metadata.Key.of("x-tenant", Metadata.ASCII_STRING_MARSHALLER), "evil");
        EchoGrpc.EchoBlockingStub echo = EchoGrpc.newBlockingStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(evil))
                .withDeadlineAfter(Duration.ofSeconds(SECONDS));
        assertThatThrownBy(() -> echo.unary(message("hello")))
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        failure -> assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED));
    }

    @Test
    void aChatGoesToAndFroForAsLongAsItLikes() throws InterruptedException {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        StreamObserver<EchoRequest> chat = EchoGrpc.newStub(channel).chat(new StreamObserver<>() {
            @Override
            public void onNext(EchoResponse answer) {
                received.add(answer.getMessage());
            }

            @Override
            public void onError(Throwable failure) {
                received.add("failed: " + failure);
            }

            @Override
            public void onCompleted() {
                received.add("completed");
            }
        });
        for (int i = 0; i < 100; i++) {
            chat.onNext(message("message " + i));
            assertThat(received.poll(SECONDS, TimeUnit.SECONDS))
                    .as("answered before the next is sent")
                    .isEqualTo("message " + i);
        }
        assertThat(received.poll(QUIET.toMillis(), TimeUnit.MILLISECONDS))
                .as("nobody ends a stream that is quiet")
                .isNull();
        String large = "x".repeat(MEGABYTE);
        for (int i = 0; i < 20; i++) {
            chat.onNext(message(large));
            assertThat(received.poll(SECONDS, TimeUnit.SECONDS))
                    .as("more in all than Envoy or waf-svc would hold")
                    .isEqualTo(large);
        }
        chat.onCompleted();
        assertThat(received.poll(SECONDS, TimeUnit.SECONDS)).isEqualTo("completed");
    }

    private WebSocket.Builder webSocket() {
        return new WebClient().http().newWebSocketBuilder().header("User-Agent", "test");
    }

    @Test
    void aWebSocketGoesToAndFroForAsLongAsItLikes() throws Exception {
        BlockingQueue<String> received = new LinkedBlockingQueue<>();
        WebSocket socket = webSocket()
                .buildAsync(URI.create("ws://127.0.0.1:" + port + "/websocket/echo"), WebClient.textsTo(received))
                .get(SECONDS, TimeUnit.SECONDS);
        socket.sendText("<script>", true).get(SECONDS, TimeUnit.SECONDS);
        assertThat(received.poll(SECONDS, TimeUnit.SECONDS)).isEqualTo("<script>");
        assertThat(received.poll(QUIET.toMillis(), TimeUnit.MILLISECONDS)).isNull();
        socket.sendText("still there", true).get(SECONDS, TimeUnit.SECONDS);
        assertThat(received.poll(SECONDS, TimeUnit.SECONDS)).isEqualTo("still there");
        socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(SECONDS, TimeUnit.SECONDS);
    }

    @Test
    void anAttackInARequestForAWebSocketIsRefused() {
        assertThatThrownBy(() -> webSocket()
                        .buildAsync(
                                URI.create("ws://127.0.0.1:" + port
                                        + "/websocket/echo?q=%3Cscript%3Ealert(1)%3C/script%3E"),
                                new WebSocket.Listener() {})
                        .get(SECONDS, TimeUnit.SECONDS))
                .hasMessageContaining("WebSocketHandshakeException");
    }
}
