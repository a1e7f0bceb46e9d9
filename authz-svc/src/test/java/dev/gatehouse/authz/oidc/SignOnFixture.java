package dev.gatehouse.authz.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Duration;
import dev.gatehouse.api.authz.v1.AccessPolicy;
import dev.gatehouse.api.authz.v1.OpenIdConnect;
import dev.gatehouse.authz.grpc.TestEngine;
import dev.gatehouse.authz.seal.KeyRing;
import dev.gatehouse.testkit.OpenIdProvider;
import dev.gatehouse.xdsclient.Verdict;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A provider, replicas of authz-svc and a browser, for each test new ones. */
abstract class SignOnFixture {
    static final String POLICY = "shop/sso";

    static Vertx vertx = Vertx.vertx();

    final TestClock clock = new TestClock();
    final KeyRing keys = KeyRing.random(new SecureRandom());
    final List<TestEngine> engines = new ArrayList<>();
    OpenIdProvider provider = new OpenIdProvider(clock);
    Browser browser = new Browser(() -> engines.getFirst(), POLICY);

    @BeforeAll
    static void startVertx() {
        vertx = Vertx.vertx();
    }

    @AfterAll
    static void stopVertx() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    @BeforeEach
    void start() {
        engine(redis());
    }

    Optional<String> redis() {
        return Optional.empty();
    }

    TestEngine engine(Optional<String> redis) {
        TestEngine engine = new TestEngine(vertx, clock, keys, redis);
        engines.add(engine);
        return engine;
    }

    @AfterEach
    void stop() {
        provider.gate.countDown();
        engines.forEach(TestEngine::close);
        provider.close();
    }

    /** The policy, changed by {@code change}, at every replica. */
    void policy(Consumer<OpenIdConnect.Builder> change) {
        AccessPolicy message = message(POLICY, change);
        engines.forEach(engine -> assertThat(engine.push(message)).isEqualTo(new Verdict.Accepted()));
    }

    AccessPolicy message(String name, Consumer<OpenIdConnect.Builder> change) {
        OpenIdConnect.Builder oidc = OpenIdConnect.newBuilder()
                .addProviders(provider("main"))
                .setRedirectUri("%REQ(x-forwarded-proto)%://%REQ(:authority)%/oauth2/callback")
                .setLogoutPath("/logout")
                .setBackChannelLogoutPath("/oauth2/backchannel-logout")
                .setFrontChannelLogoutPath("/oauth2/frontchannel-logout")
                .setSession(OpenIdConnect.Session.newBuilder().setRefresh(true));
        change.accept(oidc);
        return AccessPolicy.newBuilder().setName(name).setOidc(oidc).build();
    }

    OpenIdConnect.Provider.Builder provider(String name) {
        return OpenIdConnect.Provider.newBuilder()
                .setName(name)
                .setDisplayName("The " + name + " one")
                .setIssuer(provider.issuer())
                .setClientId(OpenIdProvider.CLIENT)
                .setClientAuthentication(
                        OpenIdConnect.ClientAuthentication.newBuilder().setClientSecret(OpenIdProvider.SECRET))
                .addScopes("openid")
                .addScopes("email");
    }

    static Duration seconds(long seconds) {
        return Duration.newBuilder().setSeconds(seconds).build();
    }

    TestEngine engine() {
        return engines.getFirst();
    }

    String lastOutcome() {
        return engine().events().getLast().outcome();
    }

    /** The value of a parameter of a URL. */
    static String parameter(String url, String name) {
        String found =
                OpenIdProvider.parameters(url.substring(url.indexOf('?') + 1)).get(name);
        if (found == null) {
            throw new AssertionError("no " + name + " in " + url);
        }
        return found;
    }
}
