package dev.gatehouse.authz.introspection;

import dev.gatehouse.authz.policy.Changes;
import dev.gatehouse.authz.policy.Check;
import dev.gatehouse.authz.policy.Reason;
import dev.gatehouse.authz.policy.Verdict;
import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.token.ClaimHeader;
import dev.gatehouse.authz.token.Claims;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets through who has a token that its issuer calls active. Which issuer is asked goes by where the token is, so that a token is shown to one
 * issuer only. A request has one token: the backend might read another one than was checked. Answers are those of RFC 6750, and of RFC 9449 where a
 * token is bound to a key: such a token is in the header Authorization with the scheme DPoP, where others have Bearer.
 */
public final class OpaqueTokens implements Check {
    /** How servers name the type of an access token that anybody may bear: RFC 6749 section 7.1, RFC 8693 section 3, and habits. */
    private static final Set<String> BEARER_TYPES = Set.of("bearer", "access_token", "n_a");

    private static final Set<String> ACCESS = Set.of("access_token", "access");

    /** What Keycloak's "typ" says of tokens that are no access tokens. */
    private static final Set<String> OTHER_KINDS = Set.of("refresh", "offline", "id", "logout");

    /** b64token, RFC 6750 section 2.1. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{1,8192}=*");

    /** The type of such a token, RFC 9449 section 6.2. */
    private static final String DPOP = "dpop";

    /**
     * An issuer, and what its tokens must be.
     *
     * @param name under which filters behind this one find the claims
     * @param audiences of which a token needs one; empty: any
     * @param scopes all of which a token needs
     * @param claims header by header
     */
    public record Issuer(
            String name,
            Introspector introspector,
            List<Source> sources,
            Set<String> audiences,
            Set<String> scopes,
            List<ClaimHeader> claims) {
        public Issuer {
            sources = List.copyOf(sources);
            audiences = Set.copyOf(audiences);
            scopes = new LinkedHashSet<>(scopes);
            claims = List.copyOf(claims);
        }
    }

    /**
     * Where a token is.
     *
     * @param header in lower case
     * @param prefix in front of the token, without spaces around it, in any case; empty: the whole value is the token
     */
    public record Source(String header, String prefix) {
        /**
         * Every token that {@code request} has there, the malformed ones too: a header that came twice has its values joined by commas, and the
         * backend may read any of them.
         */
        private List<String> tokens(HttpRequest request) {
            List<String> tokens = new ArrayList<>();
            for (String part : request.header(header).orElse("").split(",", -1)) {
                String value = part.strip();
                if (!value.isEmpty()
                        && value.regionMatches(true, 0, prefix, 0, prefix.length())
                        && !isOtherWord(value)) {
                    tokens.add(value.substring(prefix.length()).strip());
                }
            }
            // "Bearer a,b": what follows the comma is another value of the header, or the token is malformed.
            boolean joined = request.header(header).orElse("").indexOf(',') >= 0;
            return joined && tokens.size() == 1 ? List.of(tokens.getFirst() + ",") : tokens;
        }

        /** Where the tokens are that are bound to keys: the scheme DPoP beside Bearer. */
        private Optional<Source> forKeys() {
            return header.equals("authorization") && prefix.equalsIgnoreCase("bearer")
                    ? Optional.of(new Source(header, DPOP))
                    : Optional.empty();
        }

        /** Whether the prefix is the beginning of another word only: "Bearerish". */
        private boolean isOtherWord(String value) {
            return !prefix.isEmpty()
                    && Character.isLetterOrDigit(prefix.charAt(prefix.length() - 1))
                    && value.length() > prefix.length()
                    && (Character.isLetterOrDigit(value.charAt(prefix.length()))
                            || "-_".indexOf(value.charAt(prefix.length())) >= 0);
        }
    }

    /**
     * A token of a request, and who is asked about it.
     *
     * @param dpop by the scheme DPoP
     */
    private record Found(Issuer issuer, String token, boolean dpop) {
        String realm() {
            return Binding.realm(dpop);
        }
    }

    private final List<Issuer> issuers;
    private final boolean optional;
    private final Binding binding;

    /**
     * @param issuers no two have the same source
     * @param optional requests without a token pass: another check is about them
     * @param binding judges what a token is bound to
     */
    public OpaqueTokens(List<Issuer> issuers, boolean optional, Binding binding) {
        this.issuers = List.copyOf(issuers);
        this.optional = optional;
        this.binding = binding;
    }

    @Override
    public String kind() {
        return "introspection";
    }

    @Override
    public Set<String> identityHeaders() {
        Set<String> names = new LinkedHashSet<>();
        issuers.forEach(issuer -> issuer.claims().forEach(claim -> names.add(claim.header())));
        return names;
    }

    @Override
    public CompletionStage<Verdict> check(HttpRequest request) {
        List<Found> all = all(request);
        if (all.isEmpty()) {
            // RFC 6750 section 3.1: a request without a token is told no error.
            return CompletableFuture.completedFuture(
                    optional
                            ? new Verdict.Passed("", Changes.NONE)
                            : new Verdict.Denied(
                                    Reason.TOKEN_MISSING, Optional.of(binding.challenge()), Optional.empty()));
        }
        if (all.size() > 1) {
            return CompletableFuture.completedFuture(new Verdict.Denied(
                    Reason.TOKENS_SEVERAL,
                    Optional.of(Binding.BEARER + ", error=\"invalid_request\""),
                    Optional.empty()));
        }
        Found found = all.getFirst();
        return TOKEN.matcher(found.token()).matches()
                ? found.issuer().introspector().ask(found.token()).thenCompose(known -> judge(found, known, request))
                : CompletableFuture.completedFuture(invalid(found.realm(), "the token is malformed"));
    }

    /** Whether {@code request} has a token, valid or not. */
    public boolean hasToken(HttpRequest request) {
        return !all(request).isEmpty();
    }

    private List<Found> all(HttpRequest request) {
        List<Found> all = new ArrayList<>();
        for (Issuer issuer : issuers) {
            for (Source source : issuer.sources()) {
                source.tokens(request).forEach(token -> all.add(new Found(issuer, token, false)));
                source.forKeys()
                        .ifPresent(other ->
                                other.tokens(request).forEach(token -> all.add(new Found(issuer, token, true))));
            }
        }
        return all;
    }

    private CompletionStage<Verdict> judge(Found found, Known known, HttpRequest request) {
        return switch (known) {
            case Known.Inactive() ->
                CompletableFuture.completedFuture(invalid(found.realm(), "the token is not active"));
            case Known.Unknown() ->
                CompletableFuture.completedFuture(
                        new Verdict.Denied(Reason.ISSUER_AWAY, Optional.empty(), Optional.empty()));
            case Known.Active active -> {
                Verdict verdict = judge(found, active.claims(), request);
                yield verdict instanceof Verdict.Passed passed
                        ? binding.prove(request, active.claims(), found.token(), identity(active.claims()))
                                .thenApply(proof -> proof instanceof Verdict.Passed proven
                                        ? new Verdict.Passed(
                                                passed.identity(),
                                                passed.changes().and(proven.changes()))
                                        : proof)
                        : CompletableFuture.completedFuture(verdict);
            }
        };
    }

    private static Optional<String> identity(Claims claims) {
        return claims.text("sub").or(() -> claims.text("client_id"));
    }

    /** All but the proof of a key. */
    private Verdict judge(Found found, Claims claims, HttpRequest request) {
        Issuer issuer = found.issuer();
        String realm = found.realm();
        Optional<Verdict.Denied> unbound = binding.problem(request, claims, found.dpop());
        if (unbound.isPresent()) {
            return unbound.get();
        }
        if (!isAccessToken(claims)) {
            return invalid(realm, "the token is no access token");
        }
        List<String> audience = claims.texts("aud").orElse(List.of());
        if (!issuer.audiences().isEmpty() && audience.stream().noneMatch(issuer.audiences()::contains)) {
            return invalid(realm, "the token is for another audience");
        }
        Set<String> scopes = new LinkedHashSet<>(words(claims, "scope"));
        scopes.addAll(words(claims, "scp"));
        Optional<String> identity = identity(claims);
        if (!scopes.containsAll(issuer.scopes())) {
            return new Verdict.Denied(
                    Reason.SCOPE_INSUFFICIENT,
                    Optional.of(realm + ", error=\"insufficient_scope\", scope=\"" + String.join(" ", issuer.scopes())
                            + "\""),
                    identity);
        }
        Map<String, String> set = new HashMap<>();
        for (ClaimHeader claim : issuer.claims()) {
            claim.value(claims).ifPresent(text -> set.put(claim.header(), text));
        }
        return new Verdict.Passed(
                identity.orElse(""),
                new Changes(set, Set.of(), List.of(), List.of(), Claims.NONE, Map.of(issuer.name(), listed(claims))));
    }

    /** Servers call refresh tokens and ID tokens active, too. */
    private static boolean isAccessToken(Claims claims) {
        return (!claims.has("token_type")
                        || is(claims, "token_type", BEARER_TYPES)
                        || is(claims, "token_type", Set.of(DPOP))
                                && Binding.key(claims).isPresent())
                && (!claims.has("token_use") || is(claims, "token_use", ACCESS))
                && !is(claims, "typ", OTHER_KINDS);
    }

    private static boolean is(Claims claims, String name, Set<String> values) {
        return claims.text(name)
                .filter(text -> values.contains(text.toLowerCase(Locale.ROOT)))
                .isPresent();
    }

    private static Verdict invalid(String realm, String why) {
        return Binding.invalid(realm, why).orElseThrow();
    }

    private static List<String> words(Claims claims, String name) {
        List<String> words = new ArrayList<>();
        claims.texts(name).orElse(List.of()).forEach(text -> words.addAll(List.of(text.split(" "))));
        words.removeIf(String::isEmpty);
        return words;
    }

    /** Scopes as lists, as Envoy's filter jwt_authn has them: rules ask for one of them. */
    private static Map<String, @Nullable Object> listed(Claims claims) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>(claims.values());
        for (String name : List.of("scope", "scp")) {
            if (claims.has(name)) {
                values.put(name, words(claims, name));
            }
        }
        return values;
    }
}
