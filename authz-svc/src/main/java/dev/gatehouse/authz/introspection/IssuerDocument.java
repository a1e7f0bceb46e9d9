package dev.gatehouse.authz.introspection;

import dev.gatehouse.authz.provider.Endpoints;
import dev.gatehouse.authz.provider.ProviderHttp;
import dev.gatehouse.authz.token.Claims;
import dev.gatehouse.authz.token.KeySet;
import dev.gatehouse.time.SteadyTime;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The discovery document of an issuer, and the keys that it names: that of OpenID Connect Discovery, and where there is none that of RFC 8414, whose path is between the
 * host and the issuer's own. Both are kept for a while. Safe for any thread; never blocks.
 */
final class IssuerDocument {
    private static final Duration LIFETIME = Duration.ofHours(1);
    private static final Duration KEYS_LIFETIME = Duration.ofMinutes(5);

    /** Keys that answers name and that are not known are asked for no more often. */
    private static final Duration PAUSE = Duration.ofSeconds(10);

    private final String issuer;
    private final ProviderHttp http;
    private final InstantSource clock;
    private @Nullable Claims kept;
    private Instant keptUntil = Instant.MIN;
    private @Nullable KeySet keys;
    private Instant keysFrom = Instant.MIN;

    IssuerDocument(String issuer, ProviderHttp http, InstantSource clock) {
        this.issuer = issuer;
        this.http = http;
        this.clock = SteadyTime.beside(clock);
    }

    /** An address in the document; fails where there is none that can be used. */
    CompletionStage<String> endpoint(String name) {
        return document()
                .thenCompose(document -> document.text(name)
                        .filter(Endpoints::absolute)
                        // Whoever writes the document must not have secrets sent in plain text.
                        .filter(url -> url.startsWith("https:") || !issuer.startsWith("https:"))
                        .<CompletionStage<String>>map(CompletableFuture::completedFuture)
                        .orElseGet(() -> failed("without a usable " + name)));
    }

    /** The keys; fails where they cannot be had. */
    CompletionStage<KeySet> keys() {
        synchronized (this) {
            KeySet known = keys;
            if (known != null && keysFrom.plus(KEYS_LIFETIME).isAfter(clock.instant())) {
                return CompletableFuture.completedFuture(known);
            }
        }
        return endpoint("jwks_uri")
                .thenCompose(url -> get(ProviderHttp.Purpose.KEYS, url))
                .thenCompose(answer -> {
                    Optional<KeySet> read = answer.status() == 200 ? KeySet.parse(answer.body()) : Optional.empty();
                    synchronized (this) {
                        read.ifPresent(set -> {
                            keys = set;
                            keysFrom = clock.instant();
                        });
                    }
                    return read.<CompletionStage<KeySet>>map(CompletableFuture::completedFuture)
                            .orElseGet(() -> failed("with keys that cannot be read"));
                });
    }

    /** Forgets the keys, as one is not among them; false: they were asked for a moment ago. */
    synchronized boolean renewKeys() {
        if (keysFrom.plus(PAUSE).isAfter(clock.instant())) {
            return false;
        }
        keys = null;
        return true;
    }

    private CompletionStage<Claims> document() {
        synchronized (this) {
            Claims known = kept;
            if (known != null && keptUntil.isAfter(clock.instant())) {
                return CompletableFuture.completedFuture(known);
            }
        }
        List<String> places = places(issuer);
        return document(places.getFirst())
                .thenCompose(first ->
                        first.isPresent() ? CompletableFuture.completedFuture(first) : document(places.getLast()))
                .thenCompose(found -> {
                    synchronized (this) {
                        found.ifPresent(document -> {
                            kept = document;
                            keptUntil = clock.instant().plus(LIFETIME);
                        });
                    }
                    return found.<CompletionStage<Claims>>map(CompletableFuture::completedFuture)
                            .orElseGet(() -> failed("missing, or of another issuer"));
                });
    }

    /** Where the document of {@code issuer} can be: OpenID Connect Discovery 1.0 section 4, RFC 8414 section 3.1. */
    static List<String> places(String issuer) {
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        String path = URI.create(base).getRawPath();
        String host = base.substring(0, base.length() - path.length());
        return List.of(
                base + "/.well-known/openid-configuration", host + "/.well-known/oauth-authorization-server" + path);
    }

    /** Empty: there is none, or it is of another issuer. Fails where the issuer is away. */
    private CompletionStage<Optional<Claims>> document(String url) {
        return get(ProviderHttp.Purpose.DISCOVERY, url)
                .thenApply(answer -> answer.status() == 200
                        ? Claims.parse(answer.body())
                                .filter(each -> each.text("issuer").equals(Optional.of(issuer)))
                        : Optional.empty());
    }

    private CompletionStage<ProviderHttp.Answer> get(ProviderHttp.Purpose purpose, String url) {
        return http.send(new ProviderHttp.Call(purpose, url, Map.of("accept", "application/json"), Optional.empty()));
    }

    private static <T> CompletionStage<T> failed(String why) {
        return CompletableFuture.failedFuture(new ProviderHttp.Unreachable("its discovery document is " + why));
    }
}
