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
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Lets through who has a token that its issuer calls active. Which issuer is asked goes by where the token is, so that a token is shown to one
 * issuer only. Answers are those of RFC 6750.
 */
public final class OpaqueTokens implements Check {
    private static final System.Logger LOG = System.getLogger(OpaqueTokens.class.getName());

    /** b64token, RFC 6750 section 2.1: two headers that were joined with a comma are none. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{1,8192}=*");

    private static final String REALM = "Bearer realm=\"gatehouse\"";

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
     * @param prefix in front of the token, in any case
     */
    public record Source(String header, String prefix) {
        private Optional<String> token(HttpRequest request) {
            return request.header(header)
                    .filter(value -> value.regionMatches(true, 0, prefix, 0, prefix.length()))
                    .map(value -> value.substring(prefix.length()).strip());
        }
    }

    private final List<Issuer> issuers;

    /** @param issuers no two have the same source */
    public OpaqueTokens(List<Issuer> issuers) {
        this.issuers = List.copyOf(issuers);
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
        for (Issuer issuer : issuers) {
            for (Source source : issuer.sources()) {
                Optional<String> token = source.token(request);
                if (token.isPresent()) {
                    return TOKEN.matcher(token.get()).matches()
                            ? issuer.introspector().ask(token.get()).thenApply(known -> judge(issuer, known))
                            : CompletableFuture.completedFuture(invalid("the token is malformed"));
                }
            }
        }
        // RFC 6750 section 3.1: a request without a token is told no error.
        return CompletableFuture.completedFuture(
                new Verdict.Denied(Reason.TOKEN_MISSING, Optional.of(REALM), Optional.empty()));
    }

    private static Verdict judge(Issuer issuer, Known known) {
        return switch (known) {
            case Known.Inactive() -> invalid("the token is not active");
            case Known.Unknown unknown -> {
                LOG.log(System.Logger.Level.WARNING, "Introspection {0}: {1}.", issuer.name(), unknown.why());
                yield new Verdict.Denied(Reason.ISSUER_AWAY, Optional.empty(), Optional.empty());
            }
            case Known.Active active -> judge(issuer, active.claims());
        };
    }

    private static Verdict judge(Issuer issuer, Claims claims) {
        // RFC 9449 section 7.2 and RFC 8705 section 3: such a token is worth nothing without the proof, which nobody
        // checks here.
        if (claims.has("cnf")) {
            return invalid("the token is bound to a key");
        }
        List<String> audience = claims.texts("aud").orElse(List.of());
        if (!issuer.audiences().isEmpty() && audience.stream().noneMatch(issuer.audiences()::contains)) {
            return invalid("the token is for another audience");
        }
        Set<String> scopes = new LinkedHashSet<>(words(claims, "scope"));
        scopes.addAll(words(claims, "scp"));
        Optional<String> identity = claims.text("sub").or(() -> claims.text("client_id"));
        if (!scopes.containsAll(issuer.scopes())) {
            return new Verdict.Denied(
                    Reason.SCOPE_INSUFFICIENT,
                    Optional.of(REALM + ", error=\"insufficient_scope\", scope=\"" + String.join(" ", issuer.scopes())
                            + "\""),
                    identity);
        }
        Map<String, String> set = new HashMap<>();
        for (ClaimHeader claim : issuer.claims()) {
            claim.value(claims).ifPresent(text -> set.put(claim.header(), text));
        }
        return new Verdict.Passed(
                identity.orElse(""),
                new Changes(set, Set.of(), List.of(), List.of(), Map.of(), Map.of(issuer.name(), listed(claims))));
    }

    private static Verdict invalid(String why) {
        return new Verdict.Denied(
                Reason.TOKEN_INVALID,
                Optional.of(REALM + ", error=\"invalid_token\", error_description=\"" + why + "\""),
                Optional.empty());
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
