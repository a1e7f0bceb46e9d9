package dev.gatehouse.authz.vertx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.authz.provider.ConnectionSettings;
import dev.gatehouse.authz.provider.ProviderHttp;
import dev.gatehouse.authz.seal.Secret;
import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.identity.authority.CertificateAuthority;
import dev.gatehouse.identity.authority.Issued;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class VertxProviderHttpTest {
    private static final Vertx VERTX = Vertx.vertx();
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<String> seen = Collections.synchronizedList(new ArrayList<>());

    @AfterAll
    static void close() {
        VERTX.close().toCompletionStage().toCompletableFuture().join();
    }

    private HttpServer serve(HttpServerOptions options, Consumer<HttpServerRequest> handler) {
        return VERTX.createHttpServer(options)
                .requestHandler(request -> {
                    seen.add(request.authority() + " " + request.connection().indicatedServerName());
                    handler.accept(request);
                })
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private static ConnectionSettings plain(List<String> addresses, Duration timeout, int retries) {
        return new ConnectionSettings(addresses, Optional.empty(), false, timeout, retries);
    }

    private static String answer(ConnectionSettings settings, String url, Optional<String> form) {
        try {
            ProviderHttp.Answer answer = new VertxProviderHttp(VERTX, settings)
                    .send(new ProviderHttp.Call(ProviderHttp.Purpose.TOKEN, url, Map.of(), form))
                    .toCompletableFuture()
                    .join();
            return answer.status() + " " + answer.body();
        } catch (CompletionException e) {
            return String.valueOf(e.getCause());
        }
    }

    private static String get(ConnectionSettings settings, String url) {
        return answer(settings, url, Optional.empty());
    }

    @Test
    void backendsAreCalledByTheProvidersName() {
        HttpServer server =
                serve(new HttpServerOptions(), request -> request.response().end("ok"));
        ConnectionSettings settings = plain(List.of("127.0.0.1:" + server.actualPort()), PATIENCE, 0);
        assertThat(get(settings, "http://idp.example/a?b=c")).isEqualTo("200 ok");
        assertThat(get(settings, "http://idp.example:8080/a")).isEqualTo("200 ok");
        assertThat(seen).containsExactly("idp.example null", "idp.example:8080 null");
    }

    @Test
    void aRedirectIsTheAnswerAndNotFollowed() {
        HttpServer server = serve(
                new HttpServerOptions(),
                request -> request.response()
                        .setStatusCode(302)
                        .putHeader("location", "/other")
                        .end());
        assertThat(get(plain(List.of(), PATIENCE, 3), "http://127.0.0.1:" + server.actualPort() + "/"))
                .isEqualTo("302 ");
        assertThat(seen).hasSize(1);
    }

    @Test
    void anAnswerThatDoesNotComeIsGivenUp() {
        HttpServer server = serve(new HttpServerOptions(), request -> {});
        String url = "http://127.0.0.1:" + server.actualPort() + "/";
        assertThat(get(plain(List.of(), Duration.ofMillis(100), 0), url)).contains("Unreachable");
        seen.clear();
        assertThat(get(plain(List.of(), Duration.ofMillis(100), 2), url)).contains("Unreachable");
        assertThat(seen).hasSize(3);
        seen.clear();
        // The provider may have used what the form brought: it is not sent twice.
        assertThat(answer(plain(List.of(), Duration.ofMillis(100), 2), url, Optional.of("a=b")))
                .contains("Unreachable");
        assertThat(seen).hasSize(1);
    }

    @Test
    void aProviderThatIsNotAbleIsAskedAgain() {
        AtomicInteger count = new AtomicInteger();
        HttpServer server = serve(
                new HttpServerOptions(),
                request -> request.response()
                        .setStatusCode(count.incrementAndGet() % 3 == 0 ? 200 : 503)
                        .end());
        String url = "http://127.0.0.1:" + server.actualPort() + "/";
        assertThat(get(plain(List.of(), PATIENCE, 2), url)).isEqualTo("200 ");
        assertThat(answer(plain(List.of(), PATIENCE, 2), url, Optional.of("a=b")))
                .isEqualTo("200 ");
        assertThat(get(plain(List.of(), PATIENCE, 1), url)).isEqualTo("503 ");
    }

    @Test
    void aBackendThatIsDownIsPassedOver() {
        HttpServer server =
                serve(new HttpServerOptions(), request -> request.response().end("ok"));
        ConnectionSettings settings = plain(List.of("127.0.0.1:1", "127.0.0.1:" + server.actualPort()), PATIENCE, 1);
        assertThat(get(settings, "http://idp.example/")).isEqualTo("200 ok");
        assertThat(answer(settings, "http://idp.example/", Optional.of("a=b"))).isEqualTo("200 ok");
    }

    @Test
    void certificatesAreVerifiedByTheAuthoritiesAndNamesOfThePolicy() throws GeneralSecurityException {
        Instant now = Instant.now();
        CertificateAuthority authority = CertificateAuthority.create(now, Duration.ofDays(1), new SecureRandom());
        Issued issued = authority.issue(
                ProcessName.parse("spiffe://gatehouse/service/authz-svc").orElseThrow(),
                List.of("idp.example", "other.example"),
                now,
                Duration.ofDays(1));
        String ca = authority.keep().certificate();
        HttpServer server = serve(
                tls(issued, ca, ClientAuth.NONE), request -> request.response().end("ok"));
        List<String> addresses = List.of("127.0.0.1:" + server.actualPort());
        String url = "https://idp.example/";

        assertThat(get(plain(addresses, PATIENCE, 0), url)).contains("Unreachable");
        assertThat(get(tls(addresses, "", ca, "", "", List.of()), url)).isEqualTo("200 ok");
        assertThat(get(tls(addresses, "other.example", ca, "", "", List.of()), url))
                .isEqualTo("200 ok");
        assertThat(get(tls(addresses, "wrong.example", ca, "", "", List.of()), url))
                .contains("Unreachable");
        assertThat(get(tls(addresses, "sni.example", ca, "", "", List.of("other.example")), url))
                .isEqualTo("200 ok");
        assertThat(get(tls(addresses, "idp.example", ca, "", "", List.of("wrong.example")), url))
                .contains("Unreachable");
        assertThat(get(tls(addresses, "idp.example", "", "", "", List.of("idp.example")), url))
                .contains("Unreachable");
        assertThat(get(tls(addresses, "idp.example", ca, "", "", List.of()), "http://idp.example/"))
                .isEqualTo("200 ok");
        assertThat(seen)
                .containsExactly(
                        "idp.example idp.example",
                        "idp.example other.example",
                        "idp.example sni.example",
                        "idp.example idp.example");
    }

    @Test
    void theClientShowsItsCertificate() throws GeneralSecurityException {
        Instant now = Instant.now();
        CertificateAuthority authority = CertificateAuthority.create(now, Duration.ofDays(1), new SecureRandom());
        Issued issued = authority.issue(
                ProcessName.parse("spiffe://gatehouse/service/authz-svc").orElseThrow(),
                List.of("idp.example"),
                now,
                Duration.ofDays(1));
        String ca = authority.keep().certificate();
        HttpServer server = serve(
                tls(issued, ca, ClientAuth.REQUIRED),
                request -> request.response().end("ok"));
        List<String> addresses = List.of("127.0.0.1:" + server.actualPort());
        assertThat(get(tls(addresses, "", ca, "", "", List.of()), "https://idp.example/"))
                .contains("Unreachable");
        assertThat(get(tls(addresses, "", ca, issued.certificate(), issued.key(), List.of()), "https://idp.example/"))
                .isEqualTo("200 ok");
    }

    private static HttpServerOptions tls(Issued issued, String authority, ClientAuth clients) {
        return new HttpServerOptions()
                .setSsl(true)
                .setSni(true)
                .setClientAuth(clients)
                .setPemTrustOptions(new PemTrustOptions().addCertValue(Buffer.buffer(authority)))
                .setPemKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(issued.certificate()))
                        .addKeyValue(Buffer.buffer(issued.key())));
    }

    private static ConnectionSettings tls(
            List<String> addresses,
            String serverName,
            String authorities,
            String chain,
            String key,
            List<String> names) {
        return new ConnectionSettings(
                addresses,
                Optional.of(new ConnectionSettings.Tls(serverName, authorities, chain, new Secret(key), names)),
                false,
                PATIENCE,
                0);
    }
}
