package dev.gatehouse.gatewayapi.security;

import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.client.StringMatch;
import dev.gatehouse.gatewayapi.traffic.BackendSettings;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Users sign on at an OpenID provider.
 *
 * @param redirectUrl the URL to which the provider sends users back; {@code %REQ(NAME)%} stands for a header of the
 * request
 * @param denyRedirect a request without a session that matches one of these is refused instead of redirected to the
 * provider
 * @param cookieNames the cookie names by which token filters refer to the tokens of a session
 * @param forwardIdToken the header in which the ID token is forwarded
 * @param defaultTokenTtl the lifetime of tokens if the provider does not send one
 * @param refreshToken whether tokens are renewed
 * @param loginTimeout the time limit of a login
 * @param passThroughAuthHeader true if a request with a token in a header that {@code jwt} reads needs no session
 */
public record Oidc(
        Provider provider,
        ClientId clientId,
        ObjectReference clientSecret,
        List<String> scopes,
        List<String> resources,
        String redirectUrl,
        String logoutPath,
        List<HeaderMatch> denyRedirect,
        CookieNames cookieNames,
        Optional<SameSite> sameSite,
        Optional<String> cookieDomain,
        boolean forwardAccessToken,
        Optional<String> forwardIdToken,
        Optional<Duration> defaultTokenTtl,
        Optional<Duration> defaultRefreshTokenTtl,
        boolean refreshToken,
        Optional<Duration> loginTimeout,
        boolean passThroughAuthHeader) {
    private static final String CALLBACK = "%REQ(x-forwarded-proto)%://%REQ(:authority)%/oauth2/callback";
    private static final String LOGOUT = "/logout";

    /** Headers of the request stand for themselves, by name; nothing else with a percent sign is a command that counts here. */
    private static final Pattern COMMAND = Pattern.compile("%(?!REQ\\(:?[A-Za-z0-9!#$&'*+\\-.^_`|~]+\\)%)[A-Z_]+[(%:]");

    private static final Pattern ADDRESS =
            Pattern.compile("(https?|%REQ\\(x-forwarded-proto\\)%)://([^/?#\\s]+)(/[^?#\\s]+)");

    /** Attribute of cookies. */
    public enum SameSite {
        Lax,
        Strict,
        None
    }

    public Oidc {
        scopes = List.copyOf(scopes);
        resources = List.copyOf(resources);
        denyRedirect = List.copyOf(denyRedirect);
    }

    /**
     * The provider. An endpoint that is empty is as its discovery document says.
     *
     * @param service the backends of the provider; without references, the hosts in its URLs
     */
    public record Provider(
            String issuer,
            Optional<String> authorizationEndpoint,
            Optional<String> tokenEndpoint,
            Optional<String> endSessionEndpoint,
            ServiceBackends service) {
        static Provider read(Fields f, ServiceBackends service) {
            return new Provider(
                    f.requiredString("issuer"),
                    endpoint(f, "authorizationEndpoint"),
                    endpoint(f, "tokenEndpoint"),
                    endpoint(f, "endSessionEndpoint"),
                    service);
        }

        /** The settings of connections that have no effect: authz-svc makes the calls, not a proxy. */
        List<String> withoutEffect() {
            BackendSettings settings = service.settings();
            Map<String, Boolean> used = new TreeMap<>();
            used.put("loadBalancer", settings.loadBalancer().isPresent());
            used.put("proxyProtocol", settings.proxyProtocol().isPresent());
            used.put("tcpKeepalive", settings.tcpKeepalive().isPresent());
            used.put("healthCheck", settings.healthCheck().isPresent());
            used.put("circuitBreaker", settings.circuitBreaker().isPresent());
            used.put("connection", !settings.connection().equals(BackendSettings.NONE.connection()));
            used.put("dns", settings.dns().isPresent());
            used.put("http2", settings.http2().isPresent());
            return used.entrySet().stream()
                    .filter(Map.Entry::getValue)
                    .map(entry -> "oidc.provider.backendSettings." + entry.getKey())
                    .toList();
        }

        private static Optional<String> endpoint(Fields f, String name) {
            Optional<String> endpoint = f.string(name).filter(text -> !text.isEmpty());
            endpoint.filter(text -> SignOnAddress.of(text).isEmpty())
                    .ifPresent(text -> f.wrong(
                            name, "\"" + text + "\" is no address of a provider (expected: https://host[:port]/path)"));
            return endpoint;
        }
    }

    /** By what name the provider knows this client. */
    public sealed interface ClientId {
        record Literal(String text) implements ClientId {}

        /** In a Secret, under the key "client-id". */
        record In(ObjectReference secret) implements ClientId {}
    }

    /** A header that a request has, or a pseudo-header such as ":path", and how its value is. */
    public record HeaderMatch(String name, StringMatch value) {
        private static final Syntax NAME = Syntax.of(
                ":(path|method|authority|scheme)|" + Syntax.HEADER_NAME.pattern(),
                Syntax.HEADER_NAME.maxLength(),
                Syntax.HEADER_NAME.description() + "; or :path, :method, :authority, :scheme");

        static HeaderMatch read(Fields f) {
            return new HeaderMatch(f.requiredString("name", NAME), StringMatch.read(f));
        }
    }

    /** Names of cookies from which token filters read the tokens of a session, as they do with Envoy Gateway. */
    public record CookieNames(Optional<String> accessToken, Optional<String> idToken) {
        static final CookieNames NONE = new CookieNames(Optional.empty(), Optional.empty());

        static CookieNames read(Fields f) {
            return new CookieNames(
                    f.string("accessToken").filter(name -> !name.isEmpty()),
                    f.string("idToken").filter(name -> !name.isEmpty()));
        }
    }

    /** The path of {@link #redirectUrl}. */
    public String callbackPath() {
        Matcher address = ADDRESS.matcher(redirectUrl);
        return address.matches() ? address.group(3) : "/";
    }

    static Oidc read(Fields f) {
        // Sessions are sealed, wherever they are kept.
        f.known("disableTokenEncryption");
        Optional<String> id = f.string("clientID");
        Optional<ObjectReference> idReference = f.object("clientIDRef", ObjectReference::readSecret);
        return new Oidc(
                f.requiredObject("provider", provider -> Provider.read(provider, ServiceBackends.read(provider))),
                idReference.<ClientId>map(ClientId.In::new).orElseGet(() -> new ClientId.Literal(id.orElse(""))),
                f.requiredObject("clientSecret", ObjectReference::readSecret),
                f.strings("scopes"),
                f.strings("resources"),
                redirectUrl(f),
                path(f, "logoutPath").orElse(LOGOUT),
                f.object("denyRedirect", deny -> deny.list("headers", 1, 16, HeaderMatch::read))
                        .orElse(List.of()),
                f.object("cookieNames", CookieNames::read).orElse(CookieNames.NONE),
                f.object("cookieConfig", cookie -> cookie.choice("sameSite", SameSite.class))
                        .flatMap(each -> each),
                f.string("cookieDomain").filter(domain -> !domain.isEmpty()),
                f.bool("forwardAccessToken").orElse(false),
                f.object("forwardIDToken", token -> token.requiredString("header", Syntax.HEADER_NAME)),
                f.duration("defaultTokenTTL"),
                f.duration("defaultRefreshTokenTTL"),
                f.bool("refreshToken").orElse(true),
                f.duration("csrfTokenTTL"),
                f.bool("passThroughAuthHeader").orElse(false));
    }

    private static String redirectUrl(Fields f) {
        Optional<String> written = f.string("redirectURL");
        if (written.isEmpty()) {
            return CALLBACK;
        }
        String url = written.get();
        Matcher address = ADDRESS.matcher(url);
        if (!address.matches()
                || address.group(3).equals("/")
                || COMMAND.matcher(url).find()) {
            f.wrong(
                    "redirectURL",
                    "\"" + url + "\" is not where a provider can send users back to (expected: "
                            + "https://HOST/PATH, where %REQ(x-forwarded-proto)% may be the scheme and %REQ(:authority)% the host)");
        }
        return url;
    }

    /** A path that requests may have. */
    static Optional<String> path(Fields f, String name) {
        Optional<String> path = f.string(name);
        path.filter(text -> !text.matches("/[^?#\\s]*"))
                .ifPresent(text ->
                        f.wrong(name, "\"" + text + "\" is no path (expected: it begins with \"/\", without a query)"));
        return path;
    }
}
