package dev.gatehouse.authz.provider;

import dev.gatehouse.authz.token.Claims;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;

/**
 * Where a provider serves what: from its document (OpenID Connect Discovery 1.0 section 3), with the settings' own in front.
 *
 * @param pushed for pushed authorization requests, RFC 9126
 * @param pushedRequired whether the provider takes no others
 * @param namesItself whether the provider's answers have {@code iss} in them, RFC 9207
 * @param secretInForm whether the client's secret goes into the form: the provider's list of methods has no {@code client_secret_basic}
 */
public record Endpoints(
        String authorization,
        String token,
        Optional<String> endSession,
        String jwks,
        Optional<String> pushed,
        Optional<String> userInfo,
        boolean pushedRequired,
        boolean namesItself,
        boolean secretInForm) {

    /** Whether {@code settings} name everything, so that no document is needed. */
    static boolean complete(ProviderSettings settings) {
        return settings.authorizationEndpoint().isPresent()
                && settings.tokenEndpoint().isPresent()
                && settings.jwksUri().isPresent()
                && !settings.pushedRequests()
                && !settings.userInfo();
    }

    /** @throws UnusableDocument saying which member is wrong */
    static Endpoints of(ProviderSettings settings, Claims document) throws UnusableDocument {
        boolean posts = document.texts("token_endpoint_auth_methods_supported")
                .map(methods -> !methods.contains("client_secret_basic") && methods.contains("client_secret_post"))
                .orElse(false);
        return new Endpoints(
                required(settings, settings.authorizationEndpoint(), document, "authorization_endpoint"),
                required(settings, settings.tokenEndpoint(), document, "token_endpoint"),
                either(settings, settings.endSessionEndpoint(), document, "end_session_endpoint"),
                required(settings, settings.jwksUri(), document, "jwks_uri"),
                either(settings, Optional.empty(), document, "pushed_authorization_request_endpoint"),
                either(settings, Optional.empty(), document, "userinfo_endpoint"),
                document.isTrue("require_pushed_authorization_requests"),
                document.isTrue("authorization_response_iss_parameter_supported"),
                posts);
    }

    private static String required(ProviderSettings settings, Optional<String> own, Claims document, String member)
            throws UnusableDocument {
        return either(settings, own, document, member).orElseThrow(() -> new UnusableDocument(member + " is missing"));
    }

    private static Optional<String> either(
            ProviderSettings settings, Optional<String> own, Claims document, String member) throws UnusableDocument {
        if (own.isPresent()) {
            return own;
        }
        Optional<String> found = document.text(member);
        if (found.isPresent() && !absolute(found.get())) {
            throw new UnusableDocument(member + " is not an http or https URL");
        }
        // Whoever writes the document must not have secrets sent in plain text.
        if (found.isPresent()
                && settings.issuer().startsWith("https:")
                && !found.get().startsWith("https:")) {
            throw new UnusableDocument(member + " is not an https URL, as the issuer is");
        }
        return found;
    }

    /** Whether {@code url} is an absolute http or https URL without a fragment and without a user. */
    public static boolean absolute(String url) {
        try {
            URI uri = new URI(url);
            return ("https".equals(uri.getScheme()) || "http".equals(uri.getScheme()))
                    && uri.getHost() != null
                    && uri.getRawFragment() == null
                    && uri.getRawUserInfo() == null;
        } catch (URISyntaxException e) {
            return false;
        }
    }

    /** A document that cannot be used. */
    static final class UnusableDocument extends Exception {
        private static final long serialVersionUID = 1L;

        UnusableDocument(String message) {
            super(message);
        }
    }
}
