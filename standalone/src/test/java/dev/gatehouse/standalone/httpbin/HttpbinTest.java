package dev.gatehouse.standalone.httpbin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.standalone.httpbin.echo.EchoGrpc;
import dev.gatehouse.standalone.httpbin.echo.EchoRequest;
import dev.gatehouse.standalone.httpbin.echo.EchoResponse;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.stub.BlockingClientCall;
import io.grpc.stub.MetadataUtils;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
final class HttpbinTest {
    private static Httpbin app;
    private static HttpClient http;
    private static Path socket;

    @BeforeAll
    static void start(@TempDir Path folder) throws IOException {
        socket = folder.resolve("httpbin.sock");
        OptionalInt free = OptionalInt.of(0);
        app = Httpbin.start(new HttpbinOptions("v1", "127.0.0.1", 0, free, free, free, Optional.of(socket)));
        http = HttpClient.newHttpClient();
    }

    @AfterAll
    static void stop() {
        http.close();
        app.close();
    }

    @Test
    void getTellsArgsHeadersOriginAndUrlLikeHttpbin() throws Exception {
        HttpResponse<String> response =
                send(request("/get?b=2&a=1&b=3&c=a%20b+c").header("X-Custom", "hello"));

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("content-type")).contains("application/json");
        assertThat(response.headers().firstValue("x-gatehouse-backend")).contains("v1");
        assertThat(response.headers().firstValue("access-control-allow-origin")).contains("*");
        assertThat(response.body())
                .startsWith("""
                        {
                          "args": {
                            "a": "1",
                            "b": [
                              "2",
                              "3"
                            ],
                            "c": "a b c"
                          },
                          "headers": {
                        """)
                .contains("\"X-Custom\": \"hello\"")
                .contains("\"Host\": \"127.0.0.1:" + app.httpPort() + "\"")
                .contains("\"User-Agent\": \"Java-http-client")
                .endsWith("""
                          "origin": "127.0.0.1",
                          "url": "%s"
                        }
                        """.formatted(uri("/get?b=2&a=1&b=3&c=a%20b+c")));
    }

    @Test
    void whatAProxyForwardedDecidesOriginAndUrlAndIsHiddenUnlessAskedFor() throws Exception {
        HttpRequest.Builder request = request("/get")
                .header("X-Forwarded-For", "192.0.2.1, 198.51.100.7")
                .header("X-Forwarded-Proto", "https");
        JsonObject answer = new JsonObject(send(request).body());
        assertThat(answer.getString("origin")).isEqualTo("192.0.2.1, 198.51.100.7");
        assertThat(answer.getString("url")).startsWith("https://");
        assertThat(answer.getJsonObject("headers").fieldNames()).doesNotContain("X-Forwarded-For");

        JsonObject all = json(send(request("/headers?show_env=1").header("X-Forwarded-For", "192.0.2.1")));
        assertThat(all.getJsonObject("headers").getString("X-Forwarded-For")).isEqualTo("192.0.2.1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
    void aJsonBodyIsToldAsDataAndAsJson(String method) throws Exception {
        JsonObject answer = json(send(request("/" + method.toLowerCase(java.util.Locale.ROOT))
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString("{\"b\": [1, null], \"a\": \"é\"}"))));

        assertThat(answer.fieldNames())
                .containsExactly("args", "data", "files", "form", "headers", "json", "origin", "url");
        assertThat(answer.getString("data")).isEqualTo("{\"b\": [1, null], \"a\": \"é\"}");
        assertThat(answer.getJsonObject("json").encode()).isEqualTo("{\"a\":\"é\",\"b\":[1,null]}");
        assertThat(answer.getJsonObject("form").isEmpty()).isTrue();
    }

    @Test
    void aFormIsToldAsForm() throws Exception {
        JsonObject answer = json(send(request("/post")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("x=1&y=a%26b&x=2"))));
        assertThat(answer.getJsonObject("form"))
                .isEqualTo(new JsonObject()
                        .put("x", new JsonArray().add("1").add("2"))
                        .put("y", "a&b"));
        assertThat(answer.getString("data")).isEmpty();
        assertThat(answer.getValue("json")).isNull();
    }

    @Test
    void aMultipartFormIsToldAsFormAndFiles() throws Exception {
        JsonObject answer = json(send(request("/post")
                .header("Content-Type", "multipart/form-data; boundary=cut")
                .POST(BodyPublishers.ofString("--cut\r\nContent-Disposition: form-data; name=\"field\"\r\n\r\nvalue\r\n"
                        + "--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\n"
                        + "Content-Type: text/plain\r\n\r\ncontent\r\n--cut--\r\n"))));
        assertThat(answer.getJsonObject("form")).isEqualTo(new JsonObject().put("field", "value"));
        assertThat(answer.getJsonObject("files")).isEqualTo(new JsonObject().put("file", "content"));
    }

    @Test
    void aBodyThatIsNotTextIsADataUrl() throws Exception {
        JsonObject answer = json(send(
                request("/anything/at/all?q=1").POST(BodyPublishers.ofByteArray(new byte[] {(byte) 0xff, 0}))));
        assertThat(answer.getString("data")).isEqualTo("data:application/octet-stream;base64,/wA=");
        assertThat(answer.getString("method")).isEqualTo("POST");
        assertThat(answer.getString("url")).endsWith("/anything/at/all?q=1");
    }

    @ParameterizedTest
    @CsvSource({
        "/ip, origin, 127.0.0.1",
        "/base64/aGVsbG8=, '', hello",
        "/robots.txt, '', Disallow: /deny",
        "/json, slideshow, Sample Slide Show",
        "/xml, '', <slideshow",
        "/html, '', <h1>",
        "/user-agent, user-agent, Java-http-client",
        "/uuid, uuid, -"
    })
    void theSmallPagesSayWhatTheyAreFor(String path, String field, String expected) throws Exception {
        HttpResponse<String> response = send(request(path));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).contains(expected).contains(field.isEmpty() ? "" : "\"" + field + "\"");
    }

    @ParameterizedTest
    @CsvSource({"200", "204", "404", "418", "429", "500", "503"})
    void statusAnswersWithTheStatus(int status) throws Exception {
        assertThat(send(request("/status/" + status)).statusCode()).isEqualTo(status);
    }

    @Test
    void aRedirectOrAChallengeComesWithItsHeader() throws Exception {
        assertThat(send(request("/status/302")).headers().firstValue("location"))
                .contains("/redirect/1");
        assertThat(send(request("/status/401")).headers().firstValue("www-authenticate"))
                .contains("Basic realm=\"Fake Realm\"");
    }

    @Test
    void aStatusWithoutWeightIsNeverAnswered() throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(send(request("/status/500:0,201:1")).statusCode()).isEqualTo(201);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/status/abc", "/status/12", "/bytes/x", "/delay/soon", "/redirect/0", "/stream/-1"})
    void whatIsNotANumberIsABadRequestThatQuotesIt(String path) throws Exception {
        HttpResponse<String> response = send(request(path));
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("\"" + path.substring(path.lastIndexOf('/') + 1) + "\"");
    }

    @Test
    void delayAnswersLater() throws Exception {
        long started = System.nanoTime();
        JsonObject answer = json(send(request("/delay/0.2")));
        assertThat(System.nanoTime() - started).isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(195));
        assertThat(answer.fieldNames()).containsExactly("args", "data", "files", "form", "headers", "origin", "url");
    }

    @Test
    void streamIsALineForEach() throws Exception {
        String[] lines = send(request("/stream/3")).body().split("\n");
        assertThat(lines).hasSize(3);
        assertThat(new JsonObject(lines[2]).getInteger("id")).isEqualTo(2);
        assertThat(lines[0]).startsWith("{\"args\": {}, \"headers\": {");
    }

    @Test
    void bytesAreAsManyAsAskedForAndTheSameForTheSameSeed() throws Exception {
        assertThat(bytes("/bytes/1000?seed=7")).hasSize(1000).isEqualTo(bytes("/bytes/1000?seed=7"));
        assertThat(bytes("/stream-bytes/5000?seed=7&chunk_size=999")).isEqualTo(bytes("/bytes/5000?seed=7"));
        assertThat(bytes("/drip?duration=0.1&delay=0&numbytes=25")).hasSize(25).containsOnly('*');
    }

    @Test
    void rangeServesTheRange() throws Exception {
        assertThat(send(request("/range/26")).body()).isEqualTo("abcdefghijklmnopqrstuvwxyz");
        HttpResponse<String> part = send(request("/range/26").header("Range", "bytes=2-4"));
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.body()).isEqualTo("cde");
        assertThat(part.headers().firstValue("content-range")).contains("bytes 2-4/26");
        assertThat(send(request("/range/26").header("Range", "bytes=-3")).body())
                .isEqualTo("xyz");
        assertThat(send(request("/range/26").header("Range", "bytes=30-40")).statusCode())
                .isEqualTo(416);
    }

    @Test
    void basicAuthenticationAsksAndLetsIn() throws Exception {
        String good = "Basic " + Base64.getEncoder().encodeToString("me:se:cret".getBytes(StandardCharsets.UTF_8));
        HttpResponse<String> asked = send(request("/basic-auth/me/se:cret"));
        assertThat(asked.statusCode()).isEqualTo(401);
        assertThat(asked.headers().firstValue("www-authenticate")).contains("Basic realm=\"Fake Realm\"");
        HttpResponse<String> in = send(request("/basic-auth/me/se:cret").header("Authorization", good));
        assertThat(in.body()).isEqualTo("{\n  \"authenticated\": true,\n  \"user\": \"me\"\n}\n");
        assertThat(send(request("/hidden-basic-auth/me/other").header("Authorization", good))
                        .statusCode())
                .isEqualTo(404);
        assertThat(send(request("/bearer")).statusCode()).isEqualTo(401);
        assertThat(json(send(request("/bearer").header("Authorization", "Bearer t0k")))
                        .getString("token"))
                .isEqualTo("t0k");
    }

    @Test
    void cookiesAreSetToldAndDeleted() throws Exception {
        HttpResponse<String> set = send(request("/cookies/set?a=1&b=2"));
        assertThat(set.statusCode()).isEqualTo(302);
        assertThat(set.headers().allValues("set-cookie")).containsExactly("a=1; Path=/", "b=2; Path=/");
        assertThat(json(send(request("/cookies").header("Cookie", "b=\"2\"; a=1")))
                        .encode())
                .isEqualTo("{\"cookies\":{\"a\":\"1\",\"b\":\"2\"}}");
        assertThat(send(request("/cookies/delete?a"))
                        .headers()
                        .firstValue("set-cookie")
                        .orElse(""))
                .contains("Max-Age=0");
    }

    @Test
    void redirectsCountDown() throws Exception {
        assertThat(location("/redirect/3")).isEqualTo("/relative-redirect/2");
        assertThat(location("/relative-redirect/1")).isEqualTo("/get");
        assertThat(location("/absolute-redirect/2"))
                .isEqualTo(uri("/absolute-redirect/1").toString());
        assertThat(location("/redirect-to?url=https%3A%2F%2Fexample.com%2F&status_code=307"))
                .isEqualTo("https://example.com/");
    }

    @Test
    void conditionalRequestsAreAnswered() throws Exception {
        assertThat(send(request("/etag/v1").header("If-None-Match", "\"v1\"")).statusCode())
                .isEqualTo(304);
        assertThat(send(request("/etag/v1").header("If-Match", "\"v2\"")).statusCode())
                .isEqualTo(412);
        assertThat(send(request("/cache").header("If-None-Match", "x")).statusCode())
                .isEqualTo(304);
        assertThat(send(request("/cache/60")).headers().firstValue("cache-control"))
                .contains("public, max-age=60");
    }

    @Test
    void responseHeadersAreThoseOfTheQuery() throws Exception {
        HttpResponse<String> response = send(request("/response-headers?X-One=1&X-Two=a&X-Two=b&bad%20name=1"));
        assertThat(response.headers().firstValue("x-one")).contains("1");
        assertThat(response.headers().allValues("x-two")).containsExactly("a", "b");
        assertThat(send(request("/response-headers?X-One=a%0d%0aX-Evil:%201"))
                        .headers()
                        .firstValue("x-evil"))
                .isEmpty();
    }

    @Test
    void gzipIsCompressed() throws Exception {
        HttpResponse<byte[]> response = http.send(request("/gzip").build(), BodyHandlers.ofByteArray());
        assertThat(response.headers().firstValue("content-encoding")).contains("gzip");
        String text = new String(
                new GZIPInputStream(new ByteArrayInputStream(response.body())).readAllBytes(), StandardCharsets.UTF_8);
        assertThat(text).contains("\"gzipped\": true");
    }

    @Test
    void aPreflightIsAllowed() throws Exception {
        HttpResponse<String> response = send(request("/post")
                .header("Origin", "https://app.example")
                .header("Access-Control-Request-Headers", "x-a")
                .method("OPTIONS", BodyPublishers.noBody()));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("access-control-allow-origin")).contains("https://app.example");
        assertThat(response.headers().firstValue("access-control-allow-headers"))
                .contains("x-a");
        assertThat(response.headers().firstValue("access-control-allow-methods").orElse(""))
                .contains("PATCH");
    }

    @Test
    void anUnknownPathIs404AndAWrongMethod405() throws Exception {
        assertThat(send(request("/nope")).statusCode()).isEqualTo(404);
        HttpResponse<String> wrong = send(request("/get").POST(BodyPublishers.ofString("x")));
        assertThat(wrong.statusCode()).isEqualTo(405);
        assertThat(wrong.headers().firstValue("allow").orElse("")).contains("GET");
    }

    @Test
    void headIsGetWithoutABody() throws Exception {
        HttpResponse<String> response = send(request("/get").method("HEAD", BodyPublishers.noBody()));
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEmpty();
    }

    @Test
    void http2IsServedWithoutTls() throws Exception {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_2).build()) {
            HttpResponse<String> response = client.send(request("/get").build(), BodyHandlers.ofString());
            assertThat(response.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(json(response).getJsonObject("headers").getString("Host"))
                    .isEqualTo("127.0.0.1:" + app.httpPort());
        }
    }

    @Test
    void aWebSocketSaysBackWhatItHears() throws Exception {
        CompletableFuture<String> heard = new CompletableFuture<>();
        WebSocket webSocket = http.newWebSocketBuilder()
                .buildAsync(
                        URI.create("ws://127.0.0.1:" + app.httpPort() + "/websocket/echo"), new WebSocket.Listener() {
                            @Override
                            public CompletionStage<?> onText(WebSocket from, CharSequence text, boolean last) {
                                heard.complete(text.toString());
                                return CompletableFuture.completedFuture(text);
                            }
                        })
                .get(10, TimeUnit.SECONDS);
        webSocket.sendText("hello", true);
        assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo("hello");
        webSocket.abort();
    }

    @Test
    void grpcEchoesUnaryAndStreamsAndIsHealthy() throws Exception {
        ManagedChannel channel = Grpc.newChannelBuilder(
                        "127.0.0.1:" + app.grpcPort().orElseThrow(), InsecureChannelCredentials.create())
                .build();
        try {
            Metadata metadata = new Metadata();
            metadata.put(Metadata.Key.of("x-who", Metadata.ASCII_STRING_MARSHALLER), "me");
            EchoGrpc.EchoBlockingV2Stub echo = EchoGrpc.newBlockingV2Stub(channel)
                    .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));

            EchoResponse answer =
                    echo.unary(EchoRequest.newBuilder().setMessage("hi").build());
            assertThat(answer.getMessage()).isEqualTo("hi");
            assertThat(answer.getBackend()).isEqualTo("v1");
            assertThat(answer.getMetadataMap()).containsEntry("x-who", "me");

            BlockingClientCall<EchoRequest, EchoResponse> chat = echo.chat();
            for (int i = 0; i < 3; i++) {
                chat.write(EchoRequest.newBuilder().setMessage("m" + i).build());
                EchoResponse said = chat.read();
                assertThat(said).isNotNull();
                assertThat(said.getMessage()).isEqualTo("m" + i);
                assertThat(said.getSequence()).isEqualTo(i);
            }
            chat.halfClose();
            assertThat(chat.read()).isNull();

            assertThat(HealthGrpc.newBlockingStub(channel)
                            .check(HealthCheckRequest.newBuilder()
                                    .setService("gatehouse.echo.v1.Echo")
                                    .build())
                            .getStatus())
                    .isEqualTo(ServingStatus.SERVING);
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void grpcFailsAsTheRequestAsks() {
        ManagedChannel channel = Grpc.newChannelBuilder(
                        "127.0.0.1:" + app.grpcPort().orElseThrow(), InsecureChannelCredentials.create())
                .build();
        try {
            StatusRuntimeException failure = org.junit.jupiter.api.Assertions.assertThrows(
                    StatusRuntimeException.class,
                    () -> EchoGrpc.newBlockingStub(channel)
                            .unary(EchoRequest.newBuilder()
                                    .setMessage("no")
                                    .setFailWith(7)
                                    .build()));
            assertThat(failure.getStatus().getCode()).isEqualTo(Status.Code.PERMISSION_DENIED);
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void tcpAndUdpSayBackWhatTheyHear() throws Exception {
        try (Socket tcp = new Socket("127.0.0.1", app.tcpPort().orElseThrow())) {
            tcp.getOutputStream().write("ping".getBytes(StandardCharsets.US_ASCII));
            assertThat(tcp.getInputStream().readNBytes(4)).asString().isEqualTo("ping");
        }
        try (DatagramSocket udp = new DatagramSocket()) {
            byte[] ping = "ping".getBytes(StandardCharsets.US_ASCII);
            udp.setSoTimeout(10_000);
            udp.send(new DatagramPacket(
                    ping, 4, InetAddress.getLoopbackAddress(), app.udpPort().orElseThrow()));
            DatagramPacket back = new DatagramPacket(new byte[10], 10);
            udp.receive(back);
            assertThat(new String(back.getData(), 0, back.getLength(), StandardCharsets.US_ASCII))
                    .isEqualTo("ping");
        }
    }

    @Test
    void aUnixSocketServesHttpToo() throws Exception {
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.connect(UnixDomainSocketAddress.of(socket));
            channel.write(ByteBuffer.wrap(
                    "GET /ip HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            while (channel.read(buffer) >= 0) {
                assertThat(buffer.hasRemaining()).isTrue();
            }
            assertThat(StandardCharsets.US_ASCII.decode(buffer.flip()).toString())
                    .startsWith("HTTP/1.1 200 OK")
                    .contains("\"origin\": \"127.0.0.1\"");
        }
    }

    @Test
    void aPortInUseIsNamed() {
        org.assertj.core.api.Assertions.assertThatThrownBy(
                        () -> Httpbin.start(HttpbinOptions.http("second", "127.0.0.1", app.httpPort())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("httpbin cannot listen on HTTP 127.0.0.1:" + app.httpPort())
                .hasMessageContaining("in use");
    }

    private static URI uri(String path) {
        return URI.create("http://127.0.0.1:" + app.httpPort() + path);
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(uri(path));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return http.send(request.version(HttpClient.Version.HTTP_1_1).build(), BodyHandlers.ofString());
    }

    private static byte[] bytes(String path) throws Exception {
        return http.send(request(path).version(HttpClient.Version.HTTP_1_1).build(), BodyHandlers.ofByteArray())
                .body();
    }

    private static String location(String path) throws Exception {
        return send(request(path)).headers().firstValue("location").orElse("none");
    }

    private static JsonObject json(HttpResponse<String> response) {
        return new JsonObject(response.body());
    }
}
