package dev.gatehouse.authz.provider;

import dev.gatehouse.authz.seal.Hash;
import dev.gatehouse.authz.seal.Secret;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A provider, and this client of it. Endpoints that are empty come from the provider's document.
 *
 * @param algorithms of signatures that count
 * @param privateKey PKCS #8, PEM
 * @param userInfo whether claims of the UserInfo endpoint are added
 */
public record ProviderSettings(
        String name,
        String displayName,
        String issuer,
        Optional<String> authorizationEndpoint,
        Optional<String> tokenEndpoint,
        Optional<String> endSessionEndpoint,
        Optional<String> jwksUri,
        String clientId,
        Authentication authentication,
        Secret clientSecret,
        Secret privateKey,
        Optional<String> keyId,
        List<String> scopes,
        List<String> resources,
        Map<String, String> authorizationParameters,
        boolean pushedRequests,
        ConnectionSettings connection,
        Optional<Exchange> exchange,
        Set<String> algorithms,
        boolean userInfo) {
    /** How this client proves itself to the provider. */
    public enum Authentication {
        AUTOMATIC,
        SECRET_BASIC,
        SECRET_POST,
        PRIVATE_KEY_JWT,
        TLS,
        NONE
    }

    /** What the access token is exchanged for, RFC 8693. */
    public record Exchange(
            Optional<String> audience, Optional<String> resource, List<String> scopes, Optional<String> tokenType) {
        private static final int NAME_BYTES = 12;

        public Exchange {
            scopes = List.copyOf(scopes);
        }

        /** A short name of what is asked for, by which a session knows the token. */
        public String name() {
            return Base64.getUrlEncoder()
                    .withoutPadding()
                    .encodeToString(Arrays.copyOf(
                            Hash.of(
                                    "exchange",
                                    audience.orElse(""),
                                    resource.orElse(""),
                                    String.join(" ", scopes),
                                    tokenType.orElse("")),
                            NAME_BYTES));
        }
    }

    public ProviderSettings {
        scopes = List.copyOf(scopes);
        resources = List.copyOf(resources);
        authorizationParameters = Map.copyOf(authorizationParameters);
        algorithms = Set.copyOf(algorithms);
    }
}
