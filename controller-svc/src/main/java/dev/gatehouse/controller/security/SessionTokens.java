package dev.gatehouse.controller.security;

import dev.gatehouse.gatewayapi.security.Jwt;
import dev.gatehouse.gatewayapi.security.Oidc;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Passes the tokens of a session to token filters. Envoy Gateway keeps the whole session in cookies, from which its
 * filters read the tokens. Gatehouse does not keep sessions in cookies. Instead authz-svc passes the tokens on in
 * headers that no client can set and no backend gets.
 */
public final class SessionTokens {
    /** Header of the access token. */
    public static final String ACCESS_TOKEN_HEADER = "x-gatehouse-access-token";

    /** Header of the ID token. */
    public static final String ID_TOKEN_HEADER = "x-gatehouse-id-token";

    private static final Jwt.Extractor.Header ACCESS_TOKEN = new Jwt.Extractor.Header(ACCESS_TOKEN_HEADER, "");
    private static final Jwt.Extractor.Header ID_TOKEN = new Jwt.Extractor.Header(ID_TOKEN_HEADER, "");

    private SessionTokens() {}

    /** The headers that the providers of {@code jwt} read tokens of sessions from. */
    public static List<String> headers(Oidc oidc, Optional<Jwt> jwt) {
        return jwt.map(Jwt::providers).orElse(List.of()).stream()
                .map(provider -> reading(oidc, provider))
                .flatMap(provider -> provider.extractFrom().stream())
                .flatMap(from -> from.headers().stream())
                .map(Jwt.Extractor.Header::name)
                .filter(name -> name.equals(ACCESS_TOKEN_HEADER) || name.equals(ID_TOKEN_HEADER))
                .distinct()
                .toList();
    }

    /**
     * A copy of the provider that also reads tokens of sessions. The session headers take the place of the policy's
     * token cookies. A provider without a token location that is the sign-on's own issuer reads the ID token.
     */
    public static Jwt.Provider reading(Oidc oidc, Jwt.Provider provider) {
        Optional<Jwt.Extractor> from = provider.extractFrom();
        boolean signsOn = provider.issuer().equals(Optional.of(oidc.provider().issuer()));
        if (from.isEmpty() && !(signsOn && !oidc.forwardAccessToken())) {
            return provider;
        }
        Jwt.Extractor written = from.orElse(Jwt.Extractor.USUAL);
        List<Jwt.Extractor.Header> headers = new ArrayList<>(written.headers());
        List<String> cookies = new ArrayList<>(written.cookies());
        if (cookies.removeIf(name -> oidc.cookieNames().accessToken().equals(Optional.of(name)))) {
            headers.add(ACCESS_TOKEN);
        }
        if (cookies.removeIf(name -> oidc.cookieNames().idToken().equals(Optional.of(name))) || from.isEmpty()) {
            headers.add(ID_TOKEN);
        }
        return new Jwt.Provider(
                provider.name(),
                provider.issuer(),
                provider.audiences(),
                provider.jwks(),
                provider.claimToHeaders(),
                provider.recomputeRoute(),
                Optional.of(new Jwt.Extractor(headers, cookies, written.params())));
    }
}
