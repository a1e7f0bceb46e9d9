package dev.gatehouse.controller.wasm;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.gatehouse.controller.wasm.WasmState.Failed;
import dev.gatehouse.controller.wasm.WasmState.Ready;
import dev.gatehouse.gatewayapi.extension.Wasm;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WasmFetcherTest {
    private static final byte[] MODULE = {0, 'a', 's', 'm', 1, 0, 0, 0};
    private static final String SHA256 = WasmFetcher.sha256(MODULE);
    private static final WasmFetcher.Limits LIMITS =
            new WasmFetcher.Limits(4096, Duration.ofSeconds(20), Duration.ofMillis(20), Duration.ofMillis(50));

    /** What the server has, by path; of what is not there the answer is 404. */
    private final Map<String, byte[]> files = new ConcurrentHashMap<>();

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final BlockingQueue<WasmState> news = new LinkedBlockingQueue<>();

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private HttpServer server;

    private String password = "";

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        asked.add(path);
        if (path.equals("/token")) {
            boolean right = authorization.equals(
                    "Basic " + Base64.getEncoder().encodeToString(("me:" + password).getBytes(StandardCharsets.UTF_8)));
            send(exchange, right ? 200 : 401, "{\"token\": \"t\"}".getBytes(StandardCharsets.UTF_8));
        } else if (path.startsWith("/v2/") && !password.isEmpty() && !authorization.equals("Bearer t")) {
            exchange.getResponseHeaders()
                    .set(
                            "WWW-Authenticate",
                            "Bearer realm=\"http://" + host() + "/token\",service=\"s\",scope=\"a:b:pull\"");
            send(exchange, 401, new byte[0]);
        } else if (path.equals("/moved")) {
            exchange.getResponseHeaders().set("Location", "/plain.wasm");
            send(exchange, 302, new byte[0]);
        } else if (path.equals("/circle")) {
            exchange.getResponseHeaders().set("Location", "/circle");
            send(exchange, 302, new byte[0]);
        } else {
            byte[] file = files.get(path);
            send(exchange, file == null ? 404 : 200, file == null ? new byte[0] : file);
        }
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    private WasmRequest http(String path, Optional<String> sha256, boolean again) {
        return new WasmRequest(
                "default/policy/wasm/0",
                new Wasm.Place.Http("http://" + host() + path),
                sha256,
                Optional.empty(),
                Optional.empty(),
                again,
                1);
    }

    private WasmRequest image(String name, Optional<String> sha256, Optional<String> login) {
        return new WasmRequest(
                "default/policy/wasm/0",
                new Wasm.Place.Image(host() + "/" + name, Optional.empty()),
                sha256,
                Optional.empty(),
                login,
                false,
                0);
    }

    private WasmState fetch(WasmRequest request) throws InterruptedException {
        try (WasmFetcher fetcher = new WasmFetcher(folder, LIMITS)) {
            fetcher.want(Map.of(request.key(), request), (_, state) -> news.add(state));
            WasmState first = news.poll(60, TimeUnit.SECONDS);
            fetcher.want(Map.of(), (_, state) -> news.add(state));
            assertThat(first).isNotNull();
            return first;
        }
    }

    private String failure(WasmRequest request) throws InterruptedException {
        return ((Failed) fetch(request)).message();
    }

    private static byte[] gzip(byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream packed = new GZIPOutputStream(bytes)) {
            packed.write(content);
        }
        return bytes.toByteArray();
    }

    /** A tar archive with one file. */
    private static byte[] tar(String name, byte[] content) {
        byte[] archive = new byte[512 * 4];
        byte[] bytes = name.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, archive, 0, bytes.length);
        byte[] size = String.format("%011o", content.length).getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(size, 0, archive, 124, size.length);
        archive[156] = '0';
        System.arraycopy("ustar".getBytes(StandardCharsets.US_ASCII), 0, archive, 257, 5);
        System.arraycopy(content, 0, archive, 512, content.length);
        return archive;
    }

    private void push(String name, String mediaType, byte[] layer) {
        String digest = "sha256:" + WasmFetcher.sha256(layer);
        files.put("/v2/" + name + "/blobs/" + digest, layer);
        files.put(
                "/v2/" + name + "/manifests/1",
                ("{\"layers\": [{\"mediaType\": \"" + mediaType + "\", \"digest\": \"" + digest + "\"}]}")
                        .getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aFileIsFetchedCheckedAndServedByItsChecksum() throws Exception {
        files.put("/plain.wasm", MODULE);
        assertThat(fetch(http("/plain.wasm", Optional.of(SHA256), false))).isEqualTo(new Ready(SHA256));
        try (WasmFetcher fetcher = new WasmFetcher(folder, LIMITS)) {
            assertThat(fetcher.file(SHA256)).isPresent();
            assertThat(fetcher.file("../" + SHA256)).isEmpty();
            assertThat(fetcher.file("f".repeat(64))).isEmpty();
        }
    }

    @Test
    void aModuleIsFoundInWhatItIsPackedIn() throws Exception {
        files.put("/a.gz", gzip(MODULE));
        files.put("/a.tar", tar("x/plugin.wasm", MODULE));
        files.put("/a.tar.gz", gzip(tar("other.wasm", MODULE)));
        for (String path : List.of("/a.gz", "/a.tar", "/a.tar.gz", "/moved")) {
            files.put("/plain.wasm", MODULE);
            assertThat(fetch(http(path, Optional.empty(), true))).as(path).isEqualTo(new Ready(SHA256));
        }
    }

    @Test
    void whatIsInTheFolderIsNotFetchedAgainUnlessItIsAskedFor() throws Exception {
        files.put("/plain.wasm", MODULE);
        fetch(http("/plain.wasm", Optional.empty(), false));
        fetch(http("/plain.wasm", Optional.empty(), false));
        assertThat(asked).hasSize(1);
        fetch(http("/plain.wasm", Optional.empty(), true));
        assertThat(asked).hasSize(2);
    }

    @Test
    void aFileThatWasChangedInTheFolderIsFetchedAgain() throws Exception {
        files.put("/plain.wasm", MODULE);
        fetch(http("/plain.wasm", Optional.empty(), false));
        Files.write(folder.resolve(SHA256 + ".wasm"), new byte[] {1});
        assertThat(fetch(http("/plain.wasm", Optional.empty(), false))).isEqualTo(new Ready(SHA256));
        assertThat(Files.readAllBytes(folder.resolve(SHA256 + ".wasm"))).isEqualTo(MODULE);
    }

    @Test
    void whatIsWrongIsToldWithWhatWasExpected() throws Exception {
        files.put("/plain.wasm", MODULE);
        files.put("/text", "no module".getBytes(StandardCharsets.UTF_8));
        files.put("/large", Arrays.copyOf(MODULE, 5000));
        files.put("/bomb", gzip(new byte[1_000_000]));
        files.put("/cut.tar", Arrays.copyOf(tar("plugin.wasm", MODULE), 513));
        assertThat(failure(http("/plain.wasm", Optional.of("0".repeat(64)), false)))
                .contains("has the SHA-256 " + SHA256 + " (expected: 000");
        assertThat(failure(http("/nothing", Optional.empty(), false))).contains("status 404");
        assertThat(failure(http("/text", Optional.empty(), false))).contains("is no Wasm module");
        assertThat(failure(http("/large", Optional.empty(), false))).contains("is larger than 4096 bytes");
        assertThat(failure(http("/bomb", Optional.empty(), false))).contains("is larger than 4096 bytes");
        assertThat(failure(http("/circle", Optional.empty(), false))).contains("is redirected more than");
        assertThat(fetch(http("/cut.tar", Optional.empty(), false))).isInstanceOf(Failed.class);
    }

    @Test
    void aFailureIsTriedAgain() throws Exception {
        WasmRequest request = http("/late.wasm", Optional.empty(), false);
        try (WasmFetcher fetcher = new WasmFetcher(folder, LIMITS)) {
            fetcher.want(Map.of(request.key(), request), (_, state) -> news.add(state));
            assertThat(news.poll(60, TimeUnit.SECONDS)).isInstanceOf(Failed.class);
            files.put("/late.wasm", MODULE);
            WasmState state = news.poll(60, TimeUnit.SECONDS);
            while (state instanceof Failed) {
                state = news.poll(60, TimeUnit.SECONDS);
            }
            assertThat(state).isEqualTo(new Ready(SHA256));
        }
    }

    @Test
    void anImagesModuleIsItsLayer() throws Exception {
        push("team/filter", "application/vnd.module.wasm.content.layer.v1+wasm", MODULE);
        assertThat(fetch(image("team/filter:1", Optional.empty(), Optional.empty())))
                .isEqualTo(new Ready(SHA256));
        push("team/packed", "application/vnd.oci.image.layer.v1.tar+gzip", gzip(tar("./plugin.wasm", MODULE)));
        assertThat(fetch(image("team/packed:1", Optional.empty(), Optional.empty())))
                .isEqualTo(new Ready(SHA256));
    }

    @Test
    void anImageIsCheckedByItsDigest() throws Exception {
        push("team/filter", "application/wasm", MODULE);
        byte[] manifest = files.getOrDefault("/v2/team/filter/manifests/1", new byte[0]);
        String digest = WasmFetcher.sha256(manifest);
        files.put("/v2/team/filter/manifests/sha256:" + digest, manifest);
        files.put("/v2/team/filter/manifests/sha256:" + "0".repeat(64), manifest);
        assertThat(fetch(image("team/filter@sha256:" + digest, Optional.of(digest), Optional.empty())))
                .isEqualTo(new Ready(SHA256));
        assertThat(failure(image("team/filter:1", Optional.of("0".repeat(64)), Optional.empty())))
                .contains("has the digest sha256:" + digest + " (expected: sha256:000");
        assertThat(failure(image("team/filter@sha256:" + "0".repeat(64), Optional.empty(), Optional.empty())))
                .contains("has content with the digest");
    }

    @Test
    void anIndexGivesTheImageOfItsUsualPlatformAndIsCheckedByEitherDigest() throws Exception {
        push("team/filter", "application/wasm", MODULE);
        byte[] image = files.getOrDefault("/v2/team/filter/manifests/1", new byte[0]);
        String digest = WasmFetcher.sha256(image);
        byte[] index = ("""
                {"manifests": [
                  {"digest": "sha256:%s", "platform": {"os": "linux", "architecture": "arm64"}},
                  {"digest": "sha256:%s", "platform": {"os": "linux", "architecture": "amd64"}}]}""").formatted("0".repeat(64), digest).getBytes(StandardCharsets.UTF_8);
        files.put("/v2/team/filter/manifests/sha256:" + digest, image);
        files.put("/v2/team/filter/manifests/all", index);
        for (String expected : List.of(digest, WasmFetcher.sha256(index))) {
            assertThat(fetch(image("team/filter:all", Optional.of(expected), Optional.empty())))
                    .isEqualTo(new Ready(SHA256));
        }
        assertThat(failure(image("team/filter:all", Optional.of("1".repeat(64)), Optional.empty())))
                .contains("has the digest sha256:" + WasmFetcher.sha256(index) + ", and its image sha256:" + digest
                        + " (expected: sha256:111");
        files.put("/v2/team/filter/manifests/none", "{\"manifests\": []}".getBytes(StandardCharsets.UTF_8));
        assertThat(failure(image("team/filter:none", Optional.empty(), Optional.empty())))
                .contains("is an index without a manifest");
    }

    @Test
    void aRegistryIsToldCredentialsAndWhoHasOthersDoesNotGetWhatWasFetchedWithThem() throws Exception {
        password = "secret";
        push("team/filter", "application/wasm", MODULE);
        String right = "{\"auths\": {\"" + host() + "\": {\"username\": \"me\", \"password\": \"secret\"}}}";
        String wrong = right.replace("\"secret\"", "\"guess\"");
        assertThat(fetch(image("team/filter:1", Optional.empty(), Optional.of(right))))
                .isEqualTo(new Ready(SHA256));
        assertThat(failure(image("team/filter:1", Optional.empty(), Optional.of(wrong))))
                .contains("status 401");
        assertThat(failure(image("team/filter:1", Optional.empty(), Optional.empty())))
                .contains("status 401");
        assertThat(image("team/filter:1", Optional.empty(), Optional.of(right)).toString())
                .doesNotContain("secret");
    }
}
