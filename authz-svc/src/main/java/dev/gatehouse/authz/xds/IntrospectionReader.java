package dev.gatehouse.authz.xds;

import dev.gatehouse.api.authz.v1.Introspection;
import dev.gatehouse.authz.introspection.Binding;
import dev.gatehouse.authz.introspection.IntrospectionSettings;
import dev.gatehouse.authz.introspection.OpaqueTokens;
import dev.gatehouse.authz.oidc.SignOns;
import dev.gatehouse.authz.policy.HeaderName;
import dev.gatehouse.authz.policy.InvalidPolicy;
import dev.gatehouse.authz.seal.Secret;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads who is asked about opaque tokens. Messages name the field, and never a secret. */
final class IntrospectionReader {
    /** A scope of RFC 6749 section 3.3: it stands in a header between quotation marks. */
    private static final Pattern SCOPE = Pattern.compile("[!#-\\[\\]-~]+");

    private IntrospectionReader() {}

    /** @param optional requests without a token pass */
    static OpaqueTokens read(List<Introspection> messages, boolean optional, SignOns signOns, Binding binding)
            throws InvalidPolicy {
        Set<String> names = new HashSet<>();
        Set<String> places = new HashSet<>();
        List<OpaqueTokens.Issuer> issuers = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            try {
                issuers.add(issuer(messages.get(i), names, places, signOns));
            } catch (InvalidPolicy e) {
                throw e.under("introspections[" + i + "]");
            }
        }
        return new OpaqueTokens(issuers, optional, binding);
    }

    private static OpaqueTokens.Issuer issuer(
            Introspection message, Set<String> names, Set<String> places, SignOns signOns) throws InvalidPolicy {
        if (message.getName().isEmpty() || !names.add(message.getName())) {
            throw new InvalidPolicy("name", "\"" + message.getName() + "\"", "a name of its own");
        }
        Optional<String> issuer = OidcReader.endpoint(message.getIssuer(), "issuer");
        Optional<String> endpoint = OidcReader.endpoint(message.getEndpoint(), "endpoint");
        if (issuer.isEmpty() && endpoint.isEmpty()) {
            throw new InvalidPolicy("endpoint", "\"\"", "the endpoint, or an issuer whose discovery document has it");
        }
        if (message.getSignedAnswers() && issuer.isEmpty()) {
            throw new InvalidPolicy("issuer", "\"\"", "the issuer, whose keys sign the answers");
        }
        if (message.getClientId().isEmpty() || message.getClientSecret().isEmpty()) {
            throw new InvalidPolicy("client_id, client_secret", "none", "those of a client that may introspect");
        }
        for (String scope : message.getRequiredScopesList()) {
            if (!SCOPE.matcher(scope).matches()) {
                throw new InvalidPolicy("required_scopes", "\"" + scope + "\"", "scopes without spaces and quotes");
            }
        }
        List<OpaqueTokens.Source> sources = new ArrayList<>();
        for (Introspection.TokenSource from : message.getExtractFromList()) {
            String header = HeaderName.of(from.getHeader(), "extract_from.header");
            String prefix = from.getPrefix().strip();
            if (!places.add(header + " " + prefix.toLowerCase(Locale.ROOT))) {
                throw new InvalidPolicy("extract_from", "\"" + header + ": " + prefix + "\"", "a place of its own");
            }
            sources.add(new OpaqueTokens.Source(header, prefix));
        }
        if (sources.isEmpty()) {
            throw new InvalidPolicy("extract_from", "none", "at least one place");
        }
        IntrospectionSettings settings = new IntrospectionSettings(
                issuer,
                endpoint,
                message.getClientId(),
                new Secret(message.getClientSecret()),
                message.getSecretInForm(),
                message.getSignedAnswers(),
                OidcReader.connection(message.getConnection(), "connection"),
                OidcReader.duration(message.getCacheLifetime(), "cache_lifetime"),
                OidcReader.duration(message.getInactiveCacheLifetime(), "inactive_cache_lifetime"));
        return new OpaqueTokens.Issuer(
                message.getName(),
                signOns.introspector(settings, "connection"),
                sources,
                Set.copyOf(message.getAudiencesList()),
                new LinkedHashSet<>(message.getRequiredScopesList()),
                OidcReader.claims(message.getClaimsList(), ""));
    }
}
