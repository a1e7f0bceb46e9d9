package dev.gatehouse.authz.grpc;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.api.authz.v1.ApiKeyAuth;
import dev.gatehouse.api.authz.v1.BasicAuth;
import dev.gatehouse.api.authz.v1.OpenIdConnect;
import dev.gatehouse.authz.argon2.BouncyArgon2;
import dev.gatehouse.authz.basic.PasswordChecks;
import dev.gatehouse.authz.basic.SlowHashes;
import dev.gatehouse.authz.bcrypt.FavreBcrypt;
import dev.gatehouse.authz.oidc.SignOns;
import dev.gatehouse.authz.policy.Subjects;
import dev.gatehouse.authz.xds.PolicySubscriber;
import dev.gatehouse.grpcserver.WarmUp;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Update;
import io.envoyproxy.envoy.service.auth.v3.AttributeContext;
import io.envoyproxy.envoy.service.auth.v3.AuthorizationGrpc;
import io.envoyproxy.envoy.service.auth.v3.CheckRequest;
import io.grpc.Channel;
import io.grpc.ServerServiceDefinition;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Requests by which authz-svc becomes warm: API keys and passwords, right and wrong, and logins that begin. The service that answers them has policies of its own:
 * they are in no metric and no log.
 */
public final class Practice {
    private static final String POLICY = "gatehouse/warm-up";
    private static final long PATIENCE_SECONDS = 10;

    /** Of the password "practice", at the lowest cost. */
    private static final String BCRYPT = "$2y$04$QBl91yL/FjGlTrWcw6CAl.6Ak.Gyh40RxABmgHXlLcq4Ily1su8wy";

    private static final String ARGON2 =
            "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQxMjM0NTY3OA$hlbb6lDEhVt+P1z+SjLLwnwkBOib+qI/O0U2DppCgos";

    private static final String SHA1 = "{SHA}" + base64(digest("SHA-1", "practice"));

    private static final String SIGN_ON = "gatehouse/warm-up-sign-on";

    /** What clients send, in turn. */
    private static final List<Request> REQUESTS = List.of(
            new Request(
                    POLICY,
                    Map.of(
                            "x-api-key",
                            "practice",
                            "user-agent",
                            "Mozilla/5.0",
                            "cookie",
                            "session=6f1c9a52; theme=dark")),
            new Request(POLICY, Map.of("x-api-key", "wrong", "user-agent", "Mozilla/5.0")),
            new Request(
                    POLICY, Map.of("x-api-key", "practice", "authorization", "Basic " + base64(utf8("ann:practice")))),
            new Request(POLICY, Map.of("authorization", "Basic " + base64(utf8("ben:practice")))),
            new Request(
                    POLICY, Map.of("x-api-key", "practice", "authorization", "Basic " + base64(utf8("cat:practice")))),
            new Request(POLICY, Map.of()),
            new Request(SIGN_ON, Map.of("accept", "text/html", "cookie", "theme=dark")),
            new Request(SIGN_ON, Map.of("accept", "application/json", "user-agent", "Mozilla/5.0")));

    private record Request(String policy, Map<String, String> headers) {}

    private Practice() {}

    /** The warm-up of authz-svc. */
    public static WarmUp warmUp() {
        return new WarmUp("authz-svc", Practice::service, Practice::call);
    }

    private static ServerServiceDefinition service() {
        // Nothing is remembered: every password is computed.
        PolicySubscriber policies = new PolicySubscriber(
                new PasswordChecks(
                        new SlowHashes(new FavreBcrypt(), Runnable::run, BouncyArgon2.ofHeap(), Runnable::run),
                        new byte[32],
                        Duration.ofNanos(1),
                        1,
                        InstantSource.system()),
                SignOns.unconnected(InstantSource.system(), new SecureRandom()));
        policies.take(Update.of(policies().stream()
                .map(policy -> new Resource(policy.getName(), "1", Any.pack(policy)))
                .toArray(Resource[]::new)));
        return new AuthorizationService(
                        policies,
                        (request, decision) -> {},
                        new Subjects(Subjects.Form.HASHED, () -> new byte[32]),
                        Tracing.OFF)
                .bindService();
    }

    static List<AccessPolicy> policies() {
        return List.of(credentials(), signOn());
    }

    private static AccessPolicy credentials() {
        return AccessPolicy.newBuilder()
                .setName(POLICY)
                .setApiKeyAuth(ApiKeyAuth.newBuilder()
                        .addCredentials(ApiKeyAuth.Credential.newBuilder()
                                .setClientId("practice")
                                .setKeySha256(ByteString.copyFrom(digest("SHA-256", "practice"))))
                        .addExtractFrom(ApiKeyAuth.KeySource.newBuilder().setHeader("X-Api-Key"))
                        .addExtractFrom(ApiKeyAuth.KeySource.newBuilder().setQueryParameter("key"))
                        .addExtractFrom(ApiKeyAuth.KeySource.newBuilder().setCookie("key"))
                        .setForwardClientIdHeader("X-Client-Id")
                        .setSanitize(true))
                .setBasicAuth(BasicAuth.newBuilder()
                        .addUsers(BasicAuth.User.newBuilder().setName("ann").setPasswordHash(BCRYPT))
                        .addUsers(BasicAuth.User.newBuilder().setName("ben").setPasswordHash(SHA1))
                        .addUsers(BasicAuth.User.newBuilder().setName("cat").setPasswordHash(ARGON2)))
                .build();
    }

    /** A provider whose endpoints are all known: nobody is called for its document. */
    private static AccessPolicy signOn() {
        String provider = "https://login.example.com";
        return AccessPolicy.newBuilder()
                .setName(SIGN_ON)
                .setOidc(OpenIdConnect.newBuilder()
                        .addProviders(OpenIdConnect.Provider.newBuilder()
                                .setIssuer(provider)
                                .setAuthorizationEndpoint(provider + "/authorize")
                                .setTokenEndpoint(provider + "/token")
                                .setJwksUri(provider + "/keys")
                                .setClientId("practice"))
                        .setRedirectUri("https://%REQ(:authority)%/oauth2/callback"))
                .build();
    }

    private static void call(Channel channel, int number) {
        Request request = REQUESTS.get(number % REQUESTS.size());
        AuthorizationGrpc.newBlockingStub(channel)
                .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS)
                .check(CheckRequest.newBuilder()
                        .setAttributes(AttributeContext.newBuilder()
                                .putContextExtensions("gatehouse.policy", request.policy())
                                .setRequest(AttributeContext.Request.newBuilder()
                                        .setHttp(AttributeContext.HttpRequest.newBuilder()
                                                .setMethod("GET")
                                                .setHost("www.example.com")
                                                .setPath("/shop/items?page=2&sort=price")
                                                .putAllHeaders(request.headers()))))
                        .build());
    }

    private static byte[] digest(String algorithm, String text) {
        try {
            return MessageDigest.getInstance(algorithm).digest(utf8(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no " + algorithm, e);
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }
}
