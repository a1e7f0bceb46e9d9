package dev.gatehouse.testkit;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.ParseException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * An OpenID provider on loopback that does what a provider does, and misbehaves on demand. It signs users on without asking, knows one client, makes refresh tokens that
 * count once (a second use ends the whole family), and counts the calls of each endpoint. Settings may be changed at any time.
 */
public final class OpenIdProvider implements AutoCloseable {
    /** The client that it knows. */
    public static final String CLIENT = "gatehouse";

    /** That client's secret: with characters that Basic authentication has to encode. */
    public static final String SECRET = "s3cr:t/+ %";

    /** Of every provider until it changes its keys: making one takes longer than most tests. */
    private static final RSAKey FIRST = rsa("key-1");

    private final HttpServer server;
    private final InstantSource clock;
    private final Map<String, AtomicInteger> calls = new ConcurrentHashMap<>();
    private final Map<String, Grant> codes = new ConcurrentHashMap<>();
    private final Map<String, Grant> refreshTokens = new ConcurrentHashMap<>();
    private final Map<String, Map<String, String>> pushed = new ConcurrentHashMap<>();
    private final List<JWK> published = new ArrayList<>();
    private RSAKey key;

    /** Changes claims of ID tokens before they are signed. */
    public volatile Consumer<Map<String, @Nullable Object>> claims = claims -> {};

    /** Changes the answer of the token endpoint. */
    public volatile Consumer<Map<String, @Nullable Object>> tokenAnswer = answer -> {};

    /** Changes the document. */
    public volatile Consumer<Map<String, @Nullable Object>> document = document -> {};

    /** Changes the parameters of the answer to a login. */
    public volatile Consumer<Map<String, String>> authorizationAnswer = parameters -> {};

    /** Changes the claims of the UserInfo endpoint. */
    public volatile Consumer<Map<String, @Nullable Object>> userInfo = claims -> {};

    /** Signs ID tokens in a way of its own. */
    public volatile Optional<Signing> signing = Optional.empty();

    /** Whether the UserInfo answer is a signed JWT. */
    public volatile boolean signedUserInfo;

    /** Whether a refresh is answered with an ID token. */
    public volatile boolean idTokenAtRefresh = true;

    /** Whether refresh tokens count once; else the same goes on. */
    public volatile boolean rotation = true;

    /** The status that every endpoint answers with; 0: the right one. */
    public volatile int status;

    /** The status that the token endpoint answers with; 0: the right one. */
    public volatile int tokenStatus;

    /** The error that token exchanges are answered with; empty: none. */
    public volatile Optional<String> exchangeError = Optional.empty();

    /** Whether only pushed authorization requests are taken. */
    public volatile boolean pushedOnly;

    /** The client's key where it has to prove itself by private_key_jwt. */
    public volatile Optional<RSAKey> clientKey = Optional.empty();

    /** The client's secret. */
    public volatile String secret = SECRET;

    /** The latch that the token endpoint waits for before it answers. */
    public volatile CountDownLatch gate = new CountDownLatch(0);

    /** Seconds of an access token's life. */
    public volatile long tokenSeconds = 300;

    /** How users are known. */
    public volatile String subject = "alice";

    /** The provider's session. */
    public volatile String sid = UUID.randomUUID().toString();

    /** Form parameters of the last call of the token endpoint. */
    public volatile Map<String, String> lastTokenRequest = Map.of();

    /** Parameters of the last authorization request. */
    public volatile Map<String, String> lastAuthorization = Map.of();

    /** Signs claims. */
    @FunctionalInterface
    public interface Signing {
        String sign(Map<String, @Nullable Object> claims) throws JOSEException;
    }

    private record Grant(Map<String, String> request, String subject, String family, Instant authenticated) {}

    public OpenIdProvider(InstantSource clock) {
        this.clock = clock;
        try {
            key = FIRST;
            published.add(key);
            server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0), 512);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        route("/.well-known/openid-configuration", "discovery", this::discovery);
        route("/jwks", "jwks", this::jwks);
        route("/authorize", "authorize", this::authorize);
        route("/token", "token", this::token);
        route("/par", "par", this::push);
        route("/userinfo", "userinfo", this::tellUserInfo);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
    }

    public String issuer() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    public String address() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    /** @param endpoint discovery, jwks, authorize, token, par, userinfo, refresh, exchange */
    public int calls(String endpoint) {
        return counter(endpoint).get();
    }

    private AtomicInteger counter(String endpoint) {
        return calls.computeIfAbsent(endpoint, none -> new AtomicInteger());
    }

    public static RSAKey rsa(String kid) {
        try {
            return new RSAKeyGenerator(2048).keyID(kid).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    public static ECKey ec(String kid) {
        try {
            return new ECKeyGenerator(Curve.P_256).keyID(kid).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Signs with a new key from now on; the old one is no longer published. */
    public synchronized void rotate() {
        key = rsa("key-" + UUID.randomUUID());
        published.clear();
        published.add(key);
    }

    /** No refresh token counts any more. */
    public void forgetRefreshTokens() {
        refreshTokens.clear();
    }

    /** Publishes a further key. */
    public synchronized void publish(JWK further) {
        published.add(further);
    }

    public synchronized RSAKey key() {
        return key;
    }

    public String sign(Map<String, @Nullable Object> claims) throws JOSEException {
        return sign(claims, header(JWSAlgorithm.RS256).keyID(key().getKeyID()), new RSASSASigner(key()));
    }

    public static JWSHeader.Builder header(JWSAlgorithm algorithm) {
        return new JWSHeader.Builder(algorithm).type(JOSEObjectType.JWT);
    }

    public static String sign(Map<String, @Nullable Object> claims, JWSHeader.Builder header, JWSSigner signer)
            throws JOSEException {
        JWSObject jws = new JWSObject(header.build(), new Payload(JSONObjectUtils.toJSONString(claims)));
        jws.sign(signer);
        return jws.serialize();
    }

    /** A token without a signature, which says so. */
    public static String unsigned(Map<String, @Nullable Object> claims) {
        return Base64URL.encode("{\"alg\":\"none\",\"typ\":\"JWT\"}") + "."
                + Base64URL.encode(JSONObjectUtils.toJSONString(claims)) + ".";
    }

    /** Signs with the public key as if it were the secret of HMAC. */
    public String confused(Map<String, @Nullable Object> claims) throws JOSEException {
        byte[] secret = key().toRSAPublicKey().getEncoded();
        return sign(claims, header(JWSAlgorithm.HS256).keyID(key().getKeyID()), new MACSigner(secret));
    }

    /** Signs with an EC key. */
    public static String sign(Map<String, @Nullable Object> claims, ECKey key) throws JOSEException {
        return sign(claims, header(JWSAlgorithm.ES256).keyID(key.getKeyID()), new ECDSASigner(key));
    }

    /** A logout token as Back-Channel Logout 1.0 section 2.4 has it, changed by {@code change}. */
    public String logoutToken(Consumer<Map<String, @Nullable Object>> change) throws JOSEException {
        Map<String, @Nullable Object> token = new LinkedHashMap<>();
        long now = clock.instant().getEpochSecond();
        token.put("iss", issuer());
        token.put("aud", CLIENT);
        token.put("iat", now);
        token.put("exp", now + 120);
        token.put("jti", UUID.randomUUID().toString());
        token.put("events", Map.of("http://schemas.openid.net/event/backchannel-logout", Map.of()));
        token.put("sid", sid);
        token.put("sub", subject);
        change.accept(token);
        return sign(
                token,
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .type(new JOSEObjectType("logout+jwt"))
                        .keyID(key().getKeyID()),
                new RSASSASigner(key()));
    }

    private void route(String path, String name, Handler handler) {
        server.createContext(path, exchange -> {
            counter(name).incrementAndGet();
            try (exchange) {
                if (status != 0) {
                    answer(exchange, status, "text/plain", "out of order");
                } else {
                    handler.handle(exchange);
                }
            } catch (RuntimeException | JOSEException e) {
                answer(exchange, 500, "text/plain", String.valueOf(e));
            }
        });
    }

    private interface Handler {
        void handle(HttpExchange exchange) throws IOException, JOSEException;
    }

    private static void answer(HttpExchange exchange, int status, String type, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("content-type", type);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }

    private static void json(HttpExchange exchange, int status, Map<String, ?> body) throws IOException {
        answer(exchange, status, "application/json", JSONObjectUtils.toJSONString(body));
    }

    private void discovery(HttpExchange exchange) throws IOException {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("issuer", issuer());
        body.put("authorization_endpoint", issuer() + "/authorize");
        body.put("token_endpoint", issuer() + "/token");
        body.put("jwks_uri", issuer() + "/jwks");
        body.put("userinfo_endpoint", issuer() + "/userinfo");
        body.put("end_session_endpoint", issuer() + "/logout");
        body.put("pushed_authorization_request_endpoint", issuer() + "/par");
        body.put("require_pushed_authorization_requests", pushedOnly);
        body.put("authorization_response_iss_parameter_supported", true);
        body.put(
                "token_endpoint_auth_methods_supported",
                List.of("client_secret_basic", "client_secret_post", "private_key_jwt"));
        document.accept(body);
        json(exchange, 200, body);
    }

    private void jwks(HttpExchange exchange) throws IOException {
        List<Object> keys = new ArrayList<>();
        // Sets have keys in them that are for something else: these are to be left alone.
        keys.add(Map.of("kty", "oct", "kid", "unusable-1", "k", "c2VjcmV0"));
        keys.add(Map.of("kty", "RSA", "kid", "unusable-2", "use", "enc", "n", "AQAB", "e", "AQAB"));
        keys.add(Map.of("kty", "EC", "kid", "unusable-3", "crv", "P-999", "x", "AA", "y", "AA"));
        keys.add(Map.of("kty", "unknown", "kid", "unusable-4"));
        keys.add("not an object");
        synchronized (this) {
            published.forEach(jwk -> keys.add(jwk.toPublicJWK().toJSONObject()));
        }
        json(exchange, 200, Map.of("keys", keys));
    }

    private void authorize(HttpExchange exchange) throws IOException {
        Map<String, String> request =
                parameters(Objects.requireNonNullElse(exchange.getRequestURI().getRawQuery(), ""));
        if (request.containsKey("request_uri")) {
            request = Objects.requireNonNull(pushed.remove(request.get("request_uri")), "request_uri");
        } else if (pushedOnly) {
            answer(exchange, 400, "text/plain", "pushed authorization requests only");
            return;
        }
        lastAuthorization = request;
        String code = UUID.randomUUID().toString();
        codes.put(code, new Grant(request, subject, UUID.randomUUID().toString(), clock.instant()));
        Map<String, String> answer = new LinkedHashMap<>();
        answer.put("code", code);
        answer.put("state", request.getOrDefault("state", ""));
        answer.put("iss", issuer());
        authorizationAnswer.accept(answer);
        StringBuilder location = new StringBuilder(request.getOrDefault("redirect_uri", "")).append('?');
        answer.forEach((name, value) ->
                location.append(encode(name)).append('=').append(encode(value)).append('&'));
        exchange.getResponseHeaders().set("location", location.substring(0, location.length() - 1));
        exchange.sendResponseHeaders(302, -1);
    }

    private void push(HttpExchange exchange) throws IOException {
        Map<String, String> form = form(exchange);
        if (!authenticated(exchange, form)) {
            json(exchange, 401, Map.of("error", "invalid_client"));
            return;
        }
        String uri = "urn:ietf:params:oauth:request_uri:" + UUID.randomUUID();
        pushed.put(uri, form);
        json(exchange, 201, Map.of("request_uri", uri, "expires_in", 60));
    }

    private void token(HttpExchange exchange) throws IOException, JOSEException {
        Map<String, String> form = form(exchange);
        lastTokenRequest = form;
        try {
            gate.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
        if (tokenStatus != 0) {
            answer(exchange, tokenStatus, "text/plain", "out of order");
            return;
        }
        if (!authenticated(exchange, form)) {
            json(exchange, 401, Map.of("error", "invalid_client"));
            return;
        }
        switch (form.getOrDefault("grant_type", "")) {
            case "authorization_code" -> redeem(exchange, form);
            case "refresh_token" -> refresh(exchange, form);
            case "urn:ietf:params:oauth:grant-type:token-exchange" -> exchange(exchange, form);
            default -> json(exchange, 400, Map.of("error", "unsupported_grant_type"));
        }
    }

    private void redeem(HttpExchange exchange, Map<String, String> form) throws IOException, JOSEException {
        Grant grant = codes.remove(form.getOrDefault("code", ""));
        boolean right = grant != null
                && Objects.equals(grant.request().get("redirect_uri"), form.get("redirect_uri"))
                && Objects.equals(grant.request().get("code_challenge_method"), "S256")
                && Objects.equals(
                        grant.request().get("code_challenge"),
                        Base64.getUrlEncoder()
                                .withoutPadding()
                                .encodeToString(digest("SHA-256", form.getOrDefault("code_verifier", ""))));
        if (grant == null || !right) {
            json(exchange, 400, Map.of("error", "invalid_grant"));
            return;
        }
        grant(exchange, grant, Optional.ofNullable(grant.request().get("nonce")), true, Optional.empty());
    }

    private void refresh(HttpExchange exchange, Map<String, String> form) throws IOException, JOSEException {
        counter("refresh").incrementAndGet();
        String token = form.getOrDefault("refresh_token", "");
        Grant grant = rotation ? refreshTokens.remove(token) : refreshTokens.get(token);
        if (grant == null) {
            // A token that was used before: whoever has the newest one loses it, too.
            String family = token.split("\\.", 2)[0];
            refreshTokens.values().removeIf(other -> other.family().equals(family));
            json(exchange, 400, Map.of("error", "invalid_grant"));
            return;
        }
        grant(exchange, grant, Optional.empty(), idTokenAtRefresh, rotation ? Optional.empty() : Optional.of(token));
    }

    private void exchange(HttpExchange exchange, Map<String, String> form) throws IOException {
        counter("exchange").incrementAndGet();
        if (exchangeError.isPresent()) {
            json(exchange, 400, Map.of("error", exchangeError.get()));
            return;
        }
        Map<String, @Nullable Object> answer = new HashMap<>();
        answer.put(
                "access_token",
                "exchanged-for-" + form.getOrDefault("audience", "") + "-"
                        + counter("exchange").get());
        answer.put("issued_token_type", "urn:ietf:params:oauth:token-type:access_token");
        answer.put("token_type", "Bearer");
        answer.put("expires_in", tokenSeconds);
        json(exchange, 200, answer);
    }

    private void grant(
            HttpExchange exchange, Grant grant, Optional<String> nonce, boolean idToken, Optional<String> sameRefresh)
            throws IOException, JOSEException {
        String access = "access-" + UUID.randomUUID();
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("access_token", access);
        answer.put("token_type", "Bearer");
        answer.put("expires_in", tokenSeconds);
        String refresh = sameRefresh.orElseGet(() -> grant.family() + "." + UUID.randomUUID());
        refreshTokens.put(refresh, grant);
        answer.put("refresh_token", refresh);
        if (idToken) {
            answer.put("id_token", idToken(grant, nonce, access));
        }
        tokenAnswer.accept(answer);
        json(exchange, 200, answer);
    }

    private String idToken(Grant grant, Optional<String> nonce, String access) throws JOSEException {
        long now = clock.instant().getEpochSecond();
        Map<String, @Nullable Object> token = new LinkedHashMap<>();
        token.put("iss", issuer());
        token.put("sub", grant.subject());
        token.put("aud", CLIENT);
        token.put("exp", now + tokenSeconds);
        token.put("iat", now);
        token.put("auth_time", grant.authenticated().getEpochSecond());
        token.put("sid", sid);
        token.put("email", grant.subject() + "@example.com");
        token.put("groups", List.of("staff", "admins"));
        token.put("realm_access", Map.of("roles", List.of("reader", "writer")));
        Optional.ofNullable(grant.request().get("acr_values")).ifPresent(acr -> token.put("acr", acr.split(" ", 2)[0]));
        nonce.ifPresent(value -> token.put("nonce", value));
        byte[] hash = digest("SHA-256", access);
        token.put(
                "at_hash",
                Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, hash.length / 2)));
        claims.accept(token);
        return signing.isPresent() ? signing.get().sign(token) : sign(token);
    }

    private void tellUserInfo(HttpExchange exchange) throws IOException, JOSEException {
        String authorization =
                Objects.requireNonNullElse(exchange.getRequestHeaders().getFirst("authorization"), "");
        if (!authorization.startsWith("Bearer access-")) {
            answer(exchange, 401, "text/plain", "");
            return;
        }
        Map<String, @Nullable Object> told = new LinkedHashMap<>();
        told.put("sub", subject);
        told.put("phone", "+1 555");
        if (signedUserInfo) {
            told.put("iss", issuer());
            told.put("aud", CLIENT);
        }
        userInfo.accept(told);
        if (signedUserInfo) {
            answer(exchange, 200, "application/jwt", sign(told));
        } else {
            json(exchange, 200, told);
        }
    }

    private boolean authenticated(HttpExchange exchange, Map<String, String> form) {
        if (clientKey.isPresent()) {
            try {
                JWSObject assertion = JWSObject.parse(form.getOrDefault("client_assertion", ""));
                Map<String, Object> claims = assertion.getPayload().toJSONObject();
                return assertion.verify(new RSASSAVerifier(clientKey.get().toPublicJWK()))
                        && CLIENT.equals(claims.get("iss"))
                        && CLIENT.equals(claims.get("sub"))
                        && (issuer() + "/token").equals(claims.get("aud"))
                        && claims.containsKey("jti");
            } catch (ParseException | JOSEException | IllegalStateException e) {
                return false;
            }
        }
        String basic = exchange.getRequestHeaders().getFirst("authorization");
        if (basic != null && basic.startsWith("Basic ")) {
            String pair = new String(Base64.getDecoder().decode(basic.substring(6)), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return CLIENT.equals(decode(pair.substring(0, colon))) && secret.equals(decode(pair.substring(colon + 1)));
        }
        return CLIENT.equals(form.get("client_id")) && secret.equals(form.get("client_secret"));
    }

    private static Map<String, String> form(HttpExchange exchange) throws IOException {
        return parameters(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    }

    /** The parameters of a query or a form; the last of a name counts. */
    public static Map<String, String> parameters(String query) {
        Map<String, String> parameters = new LinkedHashMap<>();
        for (String pair : query.split("&")) {
            int equals = pair.indexOf('=');
            if (equals > 0) {
                parameters.put(decode(pair.substring(0, equals)), decode(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static byte[] digest(String algorithm, String text) {
        try {
            return MessageDigest.getInstance(algorithm).digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
