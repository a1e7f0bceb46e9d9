package dev.gatehouse.controller.wasm;

import dev.gatehouse.identity.authority.Pem;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * HTTP GET with bounds on the answer's size, on its time, and on redirects. Credentials are sent only to the host that
 * they are for.
 */
final class Downloads implements AutoCloseable {
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);
    private static final int REDIRECTS = 5;
    private static final int FIRST_REDIRECT = 300;
    private static final int LAST_REDIRECT = 399;

    /**
     * An answer.
     *
     * @param challenge the challenge of a 401 (WWW-Authenticate)
     */
    record Answer(int status, byte[] body, Optional<String> contentType, Optional<String> challenge) {}

    private final HttpClient client;
    private final Duration timeout;

    /**
     * @param authorities CAs that are trusted besides the system's, as PEM
     * @param timeout the time limit of an answer with its whole body
     */
    Downloads(Optional<String> authorities, Duration timeout) throws IOException {
        HttpClient.Builder builder =
                HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).followRedirects(HttpClient.Redirect.NEVER);
        if (authorities.isPresent()) {
            builder.sslContext(trusting(authorities.get()));
        }
        client = builder.build();
        this.timeout = timeout;
    }

    /**
     * GET of {@code uri}.
     *
     * @param headers headers that are sent to the host of {@code uri} only
     * @param limit the most bytes of the body
     */
    Answer get(URI uri, Map<String, String> headers, int limit) throws IOException, InterruptedException {
        URI at = uri;
        for (int i = 0; i <= REDIRECTS; i++) {
            HttpRequest.Builder request = HttpRequest.newBuilder(at).timeout(timeout);
            if (at.getAuthority().equals(uri.getAuthority()) && at.getScheme().equals(uri.getScheme())) {
                headers.forEach(request::header);
            }
            HttpResponse<InputStream> response =
                    client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                Optional<String> location = response.headers().firstValue("Location");
                if (response.statusCode() >= FIRST_REDIRECT
                        && response.statusCode() <= LAST_REDIRECT
                        && location.isPresent()) {
                    at = redirected(at, location.get());
                    continue;
                }
                byte[] bytes = body.readNBytes(limit + 1);
                if (bytes.length > limit) {
                    throw new IOException("is larger than " + limit + " bytes");
                }
                return new Answer(
                        response.statusCode(),
                        bytes,
                        response.headers().firstValue("Content-Type"),
                        response.headers().firstValue("WWW-Authenticate"));
            }
        }
        throw new IOException("is redirected more than " + REDIRECTS + " times");
    }

    private static URI redirected(URI from, String location) throws IOException {
        try {
            URI to = from.resolve(location);
            boolean safe =
                    "https".equals(to.getScheme()) || "http".equals(to.getScheme()) && "http".equals(from.getScheme());
            if (!safe || to.getHost() == null) {
                throw new IOException(
                        "is redirected to \"" + location + "\" (expected: a URL of the same or a safer scheme)");
            }
            return to;
        } catch (IllegalArgumentException e) {
            throw new IOException("is redirected to \"" + location + "\", which is no URL", e);
        }
    }

    private static SSLContext trusting(String pem) throws IOException {
        try {
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted(pem));
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot be fetched with the CAs of tls.caCertificateRef: " + e.getMessage(), e);
        }
    }

    /** The CAs in {@code pem} and the system's, as a registry of one's own may send clients to a public store for its layers. */
    static KeyStore trusted(String pem) throws GeneralSecurityException, IOException {
        List<X509Certificate> all = new ArrayList<>(Pem.certificates(pem));
        if (all.isEmpty()) {
            throw new GeneralSecurityException("there is no certificate (expected: at least one in PEM)");
        }
        TrustManagerFactory system = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        system.init((KeyStore) null);
        for (TrustManager manager : system.getTrustManagers()) {
            if (manager instanceof X509TrustManager issuers) {
                all.addAll(List.of(issuers.getAcceptedIssuers()));
            }
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        for (X509Certificate each : all) {
            trusted.setCertificateEntry(Integer.toString(trusted.size()), each);
        }
        return trusted;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
