package dev.gatehouse.authz.vertx;

import dev.gatehouse.authz.provider.ConnectionSettings;
import dev.gatehouse.authz.provider.ProviderHttp;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.core.net.TrustOptions;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls a provider by Vert.x: over TLS where its URL or its settings say so, never following a redirect, with a bound on the time and on the bytes of an
 * answer. A call is made again where the connection could not be made or the answer is 503, a GET also where the answer is 502 or 504 or did not come: a
 * provider that saw a code or a refresh token once may take the second time for a theft.
 */
public final class VertxProviderHttp implements ProviderHttp {
    private static final int MOST_BYTES = 1_048_576;
    private static final int HTTPS = 443;
    private static final int HTTP = 80;
    private static final int IDLE_SECONDS = 20;
    private static final Set<Integer> NOT_ABLE = Set.of(502, 503, 504);

    private final ConnectionSettings settings;
    private final HttpClient client;
    private final AtomicInteger turn = new AtomicInteger();

    public VertxProviderHttp(Vertx vertx, ConnectionSettings settings) {
        this.settings = settings;
        HttpClientOptions options = new HttpClientOptions()
                .setConnectTimeout((int) settings.timeout().toMillis())
                .setIdleTimeout(IDLE_SECONDS)
                .setMaxPoolSize(32)
                .setMaxWaitQueueSize(512)
                .setDecompressionSupported(false)
                .setForceSni(true)
                .setVerifyHost(true);
        settings.tls().ifPresent(tls -> {
            if (!tls.authorities().isEmpty() || !tls.names().isEmpty()) {
                options.setTrustOptions(TrustOptions.wrap(NamedTrust.of(tls.authorities(), tls.names())));
                options.setVerifyHost(tls.names().isEmpty());
            }
            if (!tls.certificateChain().isEmpty()) {
                options.setPemKeyCertOptions(new PemKeyCertOptions()
                        .addCertValue(Buffer.buffer(tls.certificateChain()))
                        .addKeyValue(Buffer.buffer(tls.privateKey().text())));
            }
        });
        this.client = vertx.createHttpClient(options);
    }

    @Override
    public CompletionStage<Answer> send(Call call) {
        return attempt(call, settings.retries()).toCompletionStage();
    }

    private Future<Answer> attempt(Call call, int retries) {
        return once(call).transform(result -> {
            boolean again = result.succeeded()
                    ? result.result().status() == 503
                            || (call.form().isEmpty()
                                    && NOT_ABLE.contains(result.result().status()))
                    : call.form().isEmpty() || result.cause() instanceof NotConnected;
            if (again && retries > 0) {
                return attempt(call, retries - 1);
            }
            return result.succeeded()
                    ? Future.succeededFuture(result.result())
                    : Future.failedFuture(new Unreachable(describe(call, result.cause())));
        });
    }

    private static String describe(Call call, Throwable cause) {
        String where = URI.create(call.url()).getRawAuthority();
        return where + ": " + (cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage());
    }

    private Future<Answer> once(Call call) {
        URI url = URI.create(call.url());
        boolean plain = settings.plainText() && !settings.addresses().isEmpty();
        boolean secure =
                !plain && (url.getScheme().equals("https") || settings.tls().isPresent());
        int port = url.getPort() > 0 ? url.getPort() : url.getScheme().equals("https") ? HTTPS : HTTP;
        String path = url.getRawPath() == null || url.getRawPath().isEmpty() ? "/" : url.getRawPath();
        String host = settings.tls()
                .map(ConnectionSettings.Tls::serverName)
                .filter(name -> !name.isEmpty())
                .orElse(url.getHost());
        RequestOptions options = new RequestOptions()
                .setMethod(call.form().isPresent() ? HttpMethod.POST : HttpMethod.GET)
                .setHost(host)
                .setPort(port)
                .setSsl(secure)
                .setURI(url.getRawQuery() == null ? path : path + "?" + url.getRawQuery())
                .setFollowRedirects(false)
                .setConnectTimeout(settings.timeout().toMillis());
        address().ifPresent(options::setServer);
        call.headers().forEach(options::putHeader);
        call.form()
                .ifPresent(form ->
                        options.putHeader(HttpHeaders.CONTENT_TYPE, HttpHeaders.APPLICATION_X_WWW_FORM_URLENCODED));
        String authority = url.getHost();
        return client.request(options)
                .recover(failure -> Future.failedFuture(new NotConnected(failure)))
                .compose(request -> {
                    request.authority(HostAndPort.create(authority, url.getPort()));
                    return (call.form().isPresent() ? request.send(call.form().get()) : request.send())
                            .compose(VertxProviderHttp::read)
                            .timeout(settings.timeout().toMillis(), TimeUnit.MILLISECONDS)
                            .onFailure(failure -> request.reset());
                });
    }

    private static Future<Answer> read(HttpClientResponse response) {
        Promise<Answer> whole = Promise.promise();
        Buffer body = Buffer.buffer();
        response.handler(part -> {
            if (body.length() + part.length() > MOST_BYTES) {
                whole.tryFail("an answer of more than " + MOST_BYTES + " bytes");
            } else {
                body.appendBuffer(part);
            }
        });
        response.exceptionHandler(whole::tryFail);
        response.endHandler(end -> whole.tryComplete(new Answer(
                response.statusCode(),
                Optional.ofNullable(response.getHeader(HttpHeaders.CONTENT_TYPE))
                        .orElse(""),
                body.toString())));
        return whole.future();
    }

    private Optional<SocketAddress> address() {
        if (settings.addresses().isEmpty()) {
            return Optional.empty();
        }
        String address = settings.addresses()
                .get(Math.floorMod(turn.getAndIncrement(), settings.addresses().size()));
        int colon = address.lastIndexOf(':');
        String host = address.substring(0, colon);
        return Optional.of(SocketAddress.inetSocketAddress(
                Integer.parseInt(address.substring(colon + 1)),
                host.startsWith("[") ? host.substring(1, host.length() - 1) : host));
    }

    private static final class NotConnected extends Exception {
        private static final long serialVersionUID = 1L;

        NotConnected(Throwable cause) {
            super(cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage(), cause);
        }
    }
}
