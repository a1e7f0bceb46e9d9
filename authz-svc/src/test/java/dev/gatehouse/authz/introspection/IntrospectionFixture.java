package dev.gatehouse.authz.introspection;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.api.authz.v1.Introspection;
import dev.gatehouse.api.authz.v1.OpenIdConnect;
import dev.gatehouse.authz.grpc.TestEngine;
import dev.gatehouse.authz.seal.KeyRing;
import dev.gatehouse.xdsclient.Verdict;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.envoyproxy.envoy.service.auth.v3.CheckResponse;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** An issuer whose introspection endpoint says what a test wants, and a replica of authz-svc that asks it. */
abstract class IntrospectionFixture {
    static final String RIGHT = "{\"active\":true,\"sub\":\"ann\",\"scope\":\"orders"
            + " read\",\"aud\":[\"shop\"],\"realm\":{\"roles\":[\"a\",\"b\"]}}";

    static Vertx vertx = Vertx.vertx();

    final AtomicInteger calls = new AtomicInteger();
    final CountDownLatch gate = new CountDownLatch(1);
    volatile Duration moved = Duration.ZERO;
    volatile int status = 200;
    volatile String body = RIGHT;
    volatile boolean slow;
    volatile String authorization = "";
    volatile String form = "";
    volatile String accept = "";
    final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    HttpServer server = start();
    TestEngine engine = engine();

    HttpServer start() {
        try {
            HttpServer made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            made.setExecutor(threads);
            made.createContext("/introspect", this::introspect);
            made.createContext(
                    "/.well-known/openid-configuration",
                    exchange -> answer(
                            exchange,
                            200,
                            "{\"issuer\":\"" + address() + "\",\"introspection_endpoint\":\"" + address()
                                    + "/introspect\"}"));
            made.start();
            return made;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    Optional<String> redis() {
        return Optional.empty();
    }

    TestEngine engine() {
        return new TestEngine(vertx, () -> Instant.now().plus(moved), KeyRing.random(new SecureRandom()), redis());
    }

    void introspect(HttpExchange exchange) throws IOException {
        calls.incrementAndGet();
        authorization = String.valueOf(exchange.getRequestHeaders().getFirst("authorization"));
        accept = String.valueOf(exchange.getRequestHeaders().getFirst("accept"));
        form = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        if (slow) {
            try {
                gate.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        answer(exchange, status, body);
    }

    static void answer(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        try (exchange) {
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException e) {
            // The client need not wait for all of it.
        }
    }

    @BeforeAll
    static void startVertx() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stopVertx() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void usual() {
        policy(introspection -> {});
    }

    @AfterEach
    void stop() {
        gate.countDown();
        server.stop(0);
        engine.close();
        threads.close();
    }

    String address() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    void policy(Consumer<Introspection.Builder> change) {
        Introspection.Builder introspection = introspection();
        change.accept(introspection);
        push(AccessPolicy.newBuilder().addIntrospections(introspection));
    }

    void push(AccessPolicy.Builder policy) {
        assertThat(engine.push(policy.setName("shop/api").build())).isEqualTo(new Verdict.Accepted());
    }

    Introspection.Builder introspection() {
        return Introspection.newBuilder()
                .setName("opaque")
                .setEndpoint(address() + "/introspect")
                .setClientId("gate house")
                .setClientSecret("s3:cret")
                .setCacheLifetime(com.google.protobuf.Duration.newBuilder().setSeconds(60))
                .setInactiveCacheLifetime(
                        com.google.protobuf.Duration.newBuilder().setSeconds(10))
                .addExtractFrom(Introspection.TokenSource.newBuilder()
                        .setHeader("authorization")
                        .setPrefix("Bearer "))
                .addClaims(OpenIdConnect.Forwarding.ClaimHeader.newBuilder()
                        .setHeader("x-user")
                        .setClaim("sub"));
    }

    CompletableFuture<CheckResponse> asking(Map<String, String> headers) {
        return asking(headers, "");
    }

    /** @param certificate of the client, as Envoy writes it */
    CompletableFuture<CheckResponse> asking(Map<String, String> headers, String certificate) {
        return engine.check(CheckRequest.newBuilder()
                .setAttributes(AttributeContext.newBuilder()
                        .setSource(AttributeContext.Peer.newBuilder().setCertificate(certificate))
                        .putContextExtensions("gatehouse.policy", "shop/api")
                        .setRequest(AttributeContext.Request.newBuilder()
                                .setHttp(AttributeContext.HttpRequest.newBuilder()
                                        .setMethod("GET")
                                        .setHost("shop.example")
                                        .setPath("/orders")
                                        .putAllHeaders(headers))))
                .build());
    }

    CheckResponse ask(Map<String, String> headers) {
        return asking(headers).join();
    }

    CheckResponse bearer(String token) {
        return ask(Map.of("authorization", "Bearer " + token));
    }

    static int status(CheckResponse response) {
        return response.hasOkResponse()
                ? 200
                : response.getDeniedResponse().getStatus().getCodeValue();
    }

    static Optional<String> header(CheckResponse response, String name) {
        return (response.hasOkResponse()
                        ? response.getOkResponse().getHeadersList()
                        : response.getDeniedResponse().getHeadersList())
                .stream()
                        .map(option -> option.getHeader())
                        .filter(header -> header.getKey().equals(name))
                        .map(header -> header.getValue())
                        .findFirst();
    }
}
