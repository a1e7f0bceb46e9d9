package dev.gatehouse.standalone.wasm;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;

/**
 * A registry of images (the OCI Distribution Specification 1.1, as far as pulls need it) on loopback. It gives nothing without a token, and
 * tokens for a user's password alone, as docker's registries do.
 */
public final class OciRegistry implements AutoCloseable {
    private static final String MANIFEST = "application/vnd.oci.image.manifest.v1+json";
    private static final String TOKEN = "token-of-the-registry";
    private static final int OK = 200;
    private static final int UNAUTHORIZED = 401;
    private static final int NOT_FOUND = 404;

    private final HttpServer server;
    private final String scheme;
    private final String credentials;
    private final Map<String, byte[]> content = new ConcurrentHashMap<>();
    private final List<String> manifests = new CopyOnWriteArrayList<>();

    private OciRegistry(HttpServer server, String scheme, String user, String password) {
        this.server = server;
        this.scheme = scheme;
        this.credentials = Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
    }

    /** @param tls its certificate; empty: plain text */
    public static OciRegistry start(String user, String password, Optional<SSLContext> tls) throws IOException {
        InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        HttpServer server;
        if (tls.isPresent()) {
            HttpsServer https = HttpsServer.create(address, 0);
            https.setHttpsConfigurator(new HttpsConfigurator(tls.get()));
            server = https;
        } else {
            server = HttpServer.create(address, 0);
        }
        OciRegistry registry = new OciRegistry(server, tls.isPresent() ? "https" : "http", user, password);
        server.createContext("/", registry::answer);
        server.start();
        return registry;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    /** What docker's config.json says of {@code user} and {@code password} in this registry, as it is called at {@code host}. */
    public static String login(String host, String user, String password) {
        return """
                {"auths": {"%s": {"username": "%s", "password": "%s"}}}""".formatted(host, user, password);
    }

    /** Pushes an image with one layer; returns the digest of its manifest, as 64 hexadecimal digits. */
    public String push(String repository, String tag, byte[] module) {
        String layer = "sha256:" + sha256(module);
        byte[] config = "{}".getBytes(StandardCharsets.UTF_8);
        byte[] manifest = """
                {"schemaVersion": 2, "mediaType": "%s",
                 "config": {"mediaType": "application/vnd.wasm.config.v0+json", "digest": "sha256:%s", "size": %d},
                 "layers": [{"mediaType": "application/wasm", "digest": "%s", "size": %d}]}""".formatted(MANIFEST, sha256(config), config.length, layer, module.length)
                .getBytes(StandardCharsets.UTF_8);
        String path = "/v2/" + repository;
        content.put(path + "/blobs/sha256:" + sha256(config), config);
        content.put(path + "/blobs/" + layer, module);
        content.put(path + "/manifests/sha256:" + sha256(manifest), manifest);
        content.put(path + "/manifests/" + tag, manifest);
        return sha256(manifest);
    }

    /** How often the manifest with this tag was given. */
    public long pulls(String repository, String tag) {
        return manifests.stream()
                .filter(("/v2/" + repository + "/manifests/" + tag)::equals)
                .count();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        if (path.equals("/token")) {
            boolean known = authorization.equals("Basic " + credentials);
            send(exchange, known ? OK : UNAUTHORIZED, "{\"token\": \"%s\"}".formatted(known ? TOKEN : ""));
            return;
        }
        if (!authorization.equals("Bearer " + TOKEN)) {
            exchange.getResponseHeaders()
                    .set(
                            "WWW-Authenticate",
                            "Bearer realm=\"%s://%s/token\",service=\"registry\""
                                    .formatted(
                                            scheme, exchange.getRequestHeaders().getFirst("Host")));
            send(exchange, UNAUTHORIZED, "{}");
            return;
        }
        byte[] found = content.get(path);
        if (found == null) {
            send(exchange, NOT_FOUND, "{}");
            return;
        }
        if (path.contains("/manifests/")) {
            manifests.add(path);
            exchange.getResponseHeaders().set("Content-Type", MANIFEST);
        }
        send(exchange, OK, found);
    }

    private static void send(HttpExchange exchange, int status, String body) throws IOException {
        send(exchange, status, body.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
