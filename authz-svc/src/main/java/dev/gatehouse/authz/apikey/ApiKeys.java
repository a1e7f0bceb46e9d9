package dev.gatehouse.authz.apikey;

import dev.gatehouse.authz.policy.Changes;
import dev.gatehouse.authz.policy.Check;
import dev.gatehouse.authz.policy.InvalidPolicy;
import dev.gatehouse.authz.policy.Reason;
import dev.gatehouse.authz.policy.Verdict;
import dev.gatehouse.authz.request.Authorization;
import dev.gatehouse.authz.request.Cookies;
import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.request.Query;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Lets through who has a key. Sources are looked at in their order, and the first that has a value counts, right or wrong. Keys are
 * found by their SHA-256: how long finding takes says nothing about another key.
 */
public final class ApiKeys implements Check {
    private static final int SHA256_BYTES = 32;
    private static final String AUTHORIZATION = "authorization";
    private static final String COOKIE = "cookie";

    private final Map<String, Credential> byHash;
    private final List<KeySource> sources;
    private final Optional<String> clientIdHeader;
    private final boolean sanitize;
    private final String challenge;

    /** @param sha256 of the key */
    public record Credential(String clientId, byte[] sha256) {
        public Credential {
            sha256 = sha256.clone();
        }

        @Override
        public byte[] sha256() {
            return sha256.clone();
        }

        @Override
        public String toString() {
            return "Credential[" + clientId + "]";
        }
    }

    private ApiKeys(
            Map<String, Credential> byHash,
            List<KeySource> sources,
            Optional<String> clientIdHeader,
            boolean sanitize) {
        this.byHash = Map.copyOf(byHash);
        this.sources = List.copyOf(sources);
        this.clientIdHeader = clientIdHeader;
        this.sanitize = sanitize;
        boolean bearer = sources.contains(new KeySource.Header(AUTHORIZATION));
        this.challenge = (bearer ? "Bearer" : "ApiKey") + " realm=\"gatehouse\"";
    }

    /**
     * Builds the check.
     *
     * @param clientIdHeader in lower case: tells the backend whose key it was
     * @param sanitize whether every source is emptied before the request goes on
     * @throws InvalidPolicy naming the field
     */
    public static ApiKeys of(
            List<Credential> credentials, List<KeySource> sources, Optional<String> clientIdHeader, boolean sanitize)
            throws InvalidPolicy {
        if (sources.isEmpty()) {
            throw new InvalidPolicy("extract_from", "none", "at least one place to look for a key");
        }
        Map<String, Credential> byHash = new HashMap<>();
        Set<String> clients = new HashSet<>();
        for (int i = 0; i < credentials.size(); i++) {
            Credential credential = credentials.get(i);
            String field = "credentials[" + i + "]";
            if (credential.sha256().length != SHA256_BYTES) {
                throw new InvalidPolicy(
                        field + ".key_sha256", credential.sha256().length + " bytes", SHA256_BYTES + " bytes");
            }
            if (!printable(credential.clientId())) {
                throw new InvalidPolicy(
                        field + ".client_id", "\"" + credential.clientId() + "\"", "printable ASCII, not empty");
            }
            if (!clients.add(credential.clientId())) {
                throw new InvalidPolicy(field + ".client_id", "\"" + credential.clientId() + "\"", "each client once");
            }
            Credential other = byHash.put(HexFormat.of().formatHex(credential.sha256()), credential);
            if (other != null) {
                throw new InvalidPolicy(
                        field,
                        "\"" + credential.clientId() + "\" has the key of \"" + other.clientId() + "\"",
                        "a key for each client of its own");
            }
        }
        return new ApiKeys(byHash, sources, clientIdHeader, sanitize);
    }

    @Override
    public String kind() {
        return "api-key";
    }

    @Override
    public Set<String> identityHeaders() {
        return clientIdHeader.map(Set::of).orElse(Set.of());
    }

    @Override
    public CompletionStage<Verdict> check(HttpRequest request) {
        return CompletableFuture.completedFuture(decide(request));
    }

    private Verdict decide(HttpRequest request) {
        Optional<String> key = sources.stream()
                .flatMap(source -> read(source, request).stream())
                .filter(value -> !value.isEmpty())
                .findFirst();
        if (key.isEmpty()) {
            return new Verdict.Denied(Reason.KEY_MISSING, Optional.of(challenge), Optional.empty());
        }
        byte[] hash = sha256(key.get());
        Credential credential = byHash.get(HexFormat.of().formatHex(hash));
        if (credential == null || !MessageDigest.isEqual(hash, credential.sha256())) {
            return new Verdict.Denied(Reason.KEY_UNKNOWN, Optional.of(challenge), Optional.empty());
        }
        return new Verdict.Passed(credential.clientId(), changes(request, credential));
    }

    private static Optional<String> read(KeySource source, HttpRequest request) {
        return switch (source) {
            case KeySource.Header header
            when header.name().equals(AUTHORIZATION) ->
                request.header(AUTHORIZATION)
                        .flatMap(Authorization::parse)
                        .filter(authorization -> switch (authorization.scheme()) {
                            case "", "bearer", "apikey" -> true;
                            default -> false;
                        })
                        .map(Authorization::credentials);
            case KeySource.Header header -> request.header(header.name()).map(String::strip);
            case KeySource.Parameter parameter -> Query.of(request.path()).value(parameter.name());
            case KeySource.Cookie cookie ->
                request.header(COOKIE).flatMap(cookies -> Cookies.parse(cookies).value(cookie.name()));
        };
    }

    private Changes changes(HttpRequest request, Credential credential) {
        Map<String, String> set = new HashMap<>();
        Set<String> remove = new HashSet<>();
        List<String> parameters = new ArrayList<>();
        if (sanitize) {
            String cookies = request.header(COOKIE).orElse("");
            for (KeySource source : sources) {
                switch (source) {
                    case KeySource.Header header -> remove.add(header.name());
                    case KeySource.Parameter parameter ->
                        parameters.addAll(Query.of(request.path()).spellings(parameter.name()));
                    case KeySource.Cookie cookie ->
                        cookies = Cookies.parse(cookies).value(cookie.name()).isPresent()
                                ? Cookies.parse(cookies).without(cookie.name())
                                : cookies;
                }
            }
            if (request.header(COOKIE).isPresent() && !remove.contains(COOKIE)) {
                if (cookies.isEmpty()) {
                    remove.add(COOKIE);
                } else if (!cookies.equals(request.header(COOKIE).get())) {
                    set.put(COOKIE, cookies);
                }
            }
        }
        clientIdHeader.ifPresent(name -> set.put(name, credential.clientId()));
        remove.removeAll(set.keySet());
        return new Changes(set, remove, parameters);
    }

    private static boolean printable(String text) {
        return !text.isBlank() && text.chars().allMatch(c -> c >= ' ' && c <= '~');
    }

    private static byte[] sha256(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no SHA-256", e);
        }
    }
}
