package dev.gatehouse.gatewayapi.access;

import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.security.Jwt;
import dev.gatehouse.gatewayapi.security.ServiceBackends;
import dev.gatehouse.gatewayapi.security.SignOnAddress;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An issuer of opaque tokens, which is asked about them (RFC 7662).
 *
 * @param name the name by which authorization rules refer to its tokens
 * @param issuer the issuer that tokens must have; without an explicit endpoint, its discovery document has the endpoint
 * @param clientAuthentication how the client's secret is sent
 * @param signedAnswers true if answers must be signed (RFC 9701)
 * @param service the backends of the issuer; without references, the hosts in its URLs
 * @param timeout the time limit of one call
 * @param audiences a token needs one of these audiences; an empty list: any audience
 * @param requiredScopes a token needs all of these scopes
 * @param sources the places of tokens in requests
 * @param cacheDuration the longest time for which an answer about an active token is reused
 * @param inactiveCacheDuration the time for which an answer about an inactive token is reused
 */
public record Introspection(
        String name,
        Optional<String> issuer,
        Optional<String> endpoint,
        String clientId,
        ObjectReference clientSecret,
        ClientAuthentication clientAuthentication,
        boolean signedAnswers,
        ServiceBackends service,
        Duration timeout,
        List<String> audiences,
        List<String> requiredScopes,
        List<Jwt.Extractor.Header> sources,
        Duration cacheDuration,
        Duration inactiveCacheDuration,
        List<Jwt.ClaimToHeader> claimToHeaders) {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CACHE = Duration.ofMinutes(1);
    private static final Duration INACTIVE_CACHE = Duration.ofSeconds(10);
    private static final Duration LONGEST_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration LONGEST_CACHE = Duration.ofHours(1);

    /** RFC 6749 section 3.3. */
    private static final Syntax SCOPE = Syntax.of("[!#-\\[\\]-~]+", 256, "a scope: no spaces and quotation marks");

    /** How the client's secret is sent, RFC 6749 section 2.3.1. */
    public enum ClientAuthentication {
        /** {@code client_secret_basic}. */
        Basic,
        /** {@code client_secret_post}. */
        Post
    }

    public Introspection {
        audiences = List.copyOf(audiences);
        requiredScopes = List.copyOf(requiredScopes);
        sources = List.copyOf(sources);
        claimToHeaders = List.copyOf(claimToHeaders);
    }

    static Introspection read(Fields f) {
        Introspection read = new Introspection(
                f.requiredString("name", Syntax.DNS_LABEL),
                address(f, "issuer"),
                address(f, "endpoint"),
                f.requiredString("clientID", Syntax.NOT_EMPTY),
                f.requiredObject("clientSecret", ObjectReference::readSecret),
                f.choice("clientAuthentication", ClientAuthentication.class).orElse(ClientAuthentication.Basic),
                f.bool("signedAnswers").orElse(false),
                ServiceBackends.readReferences(f),
                bounded(f, "timeout", LONGEST_TIMEOUT)
                        .filter(Duration::isPositive)
                        .orElse(TIMEOUT),
                f.strings("audiences", Syntax.NOT_EMPTY),
                f.strings("requiredScopes", SCOPE),
                f.object("extractFrom", from -> from.list("headers", 1, 16, Jwt.Extractor.Header::read))
                        .orElse(List.of(new Jwt.Extractor.Header("Authorization", "Bearer "))),
                bounded(f, "cacheDuration", LONGEST_CACHE).orElse(CACHE),
                bounded(f, "inactiveCacheDuration", LONGEST_CACHE).orElse(INACTIVE_CACHE),
                f.list("claimToHeaders", 0, 32, Jwt.ClaimToHeader::read));
        if (read.issuer.isEmpty() && read.endpoint.isEmpty()) {
            f.wrong("expected at least one of issuer and endpoint");
        }
        if (read.signedAnswers && read.issuer.isEmpty()) {
            f.wrong(
                    "signedAnswers",
                    "is true without issuer (expected: the issuer, whose document says which keys sign)");
        }
        return read;
    }

    private static Optional<String> address(Fields f, String name) {
        Optional<String> address = f.string(name);
        address.filter(text -> SignOnAddress.of(text).isEmpty())
                .ifPresent(text -> f.wrong(
                        name, "\"" + text + "\" is no address of an issuer (expected: https://host[:port]/path)"));
        return address;
    }

    private static Optional<Duration> bounded(Fields f, String name, Duration longest) {
        Optional<Duration> duration = f.duration(name);
        duration.filter(each -> each.compareTo(longest) > 0)
                .ifPresent(each ->
                        f.wrong(name, "is " + each.toSeconds() + "s (expected: at most " + longest.toSeconds() + "s)"));
        return duration;
    }
}
