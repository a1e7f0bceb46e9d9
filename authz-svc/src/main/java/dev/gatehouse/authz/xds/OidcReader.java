package dev.gatehouse.authz.xds;

import com.google.protobuf.Duration;
import dev.gatehouse.api.authz.v1.OpenIdConnect;
import dev.gatehouse.authz.oidc.Forwarding;
import dev.gatehouse.authz.oidc.HeaderMatcher;
import dev.gatehouse.authz.oidc.SignOn;
import dev.gatehouse.authz.oidc.SignOnSettings;
import dev.gatehouse.authz.oidc.SignOns;
import dev.gatehouse.authz.oidc.Template;
import dev.gatehouse.authz.policy.HeaderName;
import dev.gatehouse.authz.policy.InvalidPolicy;
import dev.gatehouse.authz.provider.ConnectionSettings;
import dev.gatehouse.authz.provider.Endpoints;
import dev.gatehouse.authz.provider.Provider;
import dev.gatehouse.authz.provider.ProviderSettings;
import dev.gatehouse.authz.provider.ProviderSettings.Authentication;
import dev.gatehouse.authz.seal.Secret;
import dev.gatehouse.authz.session.Lifetimes;
import dev.gatehouse.authz.session.OwnCookies;
import dev.gatehouse.authz.token.ClaimHeader;
import dev.gatehouse.authz.token.TokenRules;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads the sign-on of a policy. Messages name the field, and never a secret. */
final class OidcReader {
    private static final java.time.Duration TIMEOUT = java.time.Duration.ofSeconds(5);
    private static final java.time.Duration LOGIN = java.time.Duration.ofMinutes(10);
    private static final java.time.Duration REFRESH_TOKEN = java.time.Duration.ofDays(7);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,63}");
    private static final Pattern DOMAIN = Pattern.compile("[A-Za-z0-9.-]{1,253}");
    private static final Pattern ADDRESS = Pattern.compile("(\\[[0-9A-Fa-f:.]+]|[A-Za-z0-9._-]+):[0-9]{1,5}");
    private static final Set<String> CREDENTIALS = Set.of("authorization", "cookie");
    private static final Set<String> OWN_PARAMETERS = Set.of(
            "response_type",
            "client_id",
            "redirect_uri",
            "scope",
            "state",
            "nonce",
            "code_challenge",
            "code_challenge_method",
            "request",
            "request_uri",
            "response_mode");

    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9]{6,16}");

    private OidcReader() {}

    static SignOn read(String policy, OpenIdConnect message, SignOns signOns) throws InvalidPolicy {
        try {
            return signOns.signOn(settings(policy, message, signOns), store(message.getSession()));
        } catch (InvalidPolicy e) {
            throw e.under("oidc");
        }
    }

    private static SignOnSettings settings(String policy, OpenIdConnect message, SignOns signOns) throws InvalidPolicy {
        Template redirect = Template.of(message.getRedirectUri(), "redirect_uri");
        Set<String> paths = new HashSet<>(Set.of(redirect.bare()));
        Optional<String> logout = path(message.getLogoutPath(), "logout_path", paths);
        Optional<String> back = path(message.getBackChannelLogoutPath(), "back_channel_logout_path", paths);
        Optional<String> front = path(message.getFrontChannelLogoutPath(), "front_channel_logout_path", paths);
        OpenIdConnect.Session session = message.getSession();
        return new SignOnSettings(
                policy,
                providers(message, signOns),
                redirect,
                logout,
                back,
                front,
                message.getPostLogoutRedirectUri().isEmpty()
                        ? Optional.empty()
                        : Optional.of(Template.of(message.getPostLogoutRedirectUri(), "post_logout_redirect_uri")),
                cookies(key(policy, message), message.getCookie()),
                new Lifetimes(
                        positive(session.hasIdleTimeout(), session.getIdleTimeout(), "session.idle_timeout"),
                        positive(
                                session.hasAbsoluteTimeout(), session.getAbsoluteTimeout(), "session.absolute_timeout"),
                        session.getRefresh(),
                        duration(session.getProviderOutageGrace(), "session.provider_outage_grace")),
                positive(
                        session.hasDefaultTokenLifetime(),
                        session.getDefaultTokenLifetime(),
                        "session.default_token_lifetime"),
                positive(
                                session.hasDefaultRefreshTokenLifetime(),
                                session.getDefaultRefreshTokenLifetime(),
                                "session.default_refresh_token_lifetime")
                        .orElse(REFRESH_TOKEN),
                forwarding(message.getForwarding()),
                denyRedirect(message),
                passThrough(message),
                positive(message.hasLoginTimeout(), message.getLoginTimeout(), "login_timeout")
                        .orElse(LOGIN),
                new SignOnSettings.StepUp(
                        message.getStepUp().getAcrValuesList(),
                        positive(
                                message.getStepUp().hasMaxAge(),
                                message.getStepUp().getMaxAge(),
                                "step_up.max_age")));
    }

    private static Optional<String> path(String path, String field, Set<String> taken) throws InvalidPolicy {
        if (path.isEmpty()) {
            return Optional.empty();
        }
        if (!path.startsWith("/") || path.contains("?") || path.contains("#")) {
            throw new InvalidPolicy(field, "\"" + path + "\"", "a path that begins with \"/\", without a query");
        }
        if (!taken.add(path)) {
            throw new InvalidPolicy(field, "\"" + path + "\"", "a path of its own");
        }
        return Optional.of(path);
    }

    private static List<Provider> providers(OpenIdConnect message, SignOns signOns) throws InvalidPolicy {
        if (message.getProvidersCount() == 0) {
            throw new InvalidPolicy("providers", "none", "at least one");
        }
        Set<String> names = new HashSet<>();
        List<Provider> providers = new ArrayList<>();
        for (int i = 0; i < message.getProvidersCount(); i++) {
            String field = "providers[" + i + "]";
            ProviderSettings settings = provider(message.getProviders(i), field + ".");
            boolean several = message.getProvidersCount() > 1;
            if (several && !NAME.matcher(settings.name()).matches()) {
                throw new InvalidPolicy(
                        field + ".name",
                        "\"" + settings.name() + "\"",
                        "1 to 63 letters, digits, \".\", \"_\" or \"-\"");
            }
            if (!names.add(settings.name())) {
                throw new InvalidPolicy(field + ".name", "\"" + settings.name() + "\"", "each name once");
            }
            providers.add(signOns.provider(settings, field));
        }
        return providers;
    }

    private static ProviderSettings provider(OpenIdConnect.Provider provider, String field) throws InvalidPolicy {
        if (!Endpoints.absolute(provider.getIssuer())) {
            throw new InvalidPolicy(field + "issuer", "\"" + provider.getIssuer() + "\"", "an http or https URL");
        }
        if (provider.getClientId().isEmpty()) {
            throw new InvalidPolicy(field + "client_id", "\"\"", "the client's id at the provider");
        }
        List<String> scopes = provider.getScopesList().stream()
                .flatMap(text -> Stream.of(text.split(" ")))
                .filter(text -> !text.isEmpty())
                .distinct()
                .collect(Collectors.toCollection(ArrayList::new));
        if (!scopes.contains("openid")) {
            scopes.addFirst("openid");
        }
        for (String name : provider.getAuthorizationParametersMap().keySet()) {
            if (OWN_PARAMETERS.contains(name)) {
                throw new InvalidPolicy(
                        field + "authorization_parameters",
                        "\"" + name + "\"",
                        "a parameter that the sign-on does not set itself");
            }
        }
        Set<String> algorithms = Set.copyOf(provider.getSigningAlgorithmsList());
        for (String algorithm : algorithms) {
            if (!TokenRules.ALGORITHMS.contains(algorithm)) {
                throw new InvalidPolicy(
                        field + "signing_algorithms",
                        "\"" + algorithm + "\"",
                        "some of " + TokenRules.ALGORITHMS.stream().sorted().toList());
            }
        }
        OpenIdConnect.ClientAuthentication client = provider.getClientAuthentication();
        return new ProviderSettings(
                provider.getName(),
                provider.getDisplayName().isEmpty() ? provider.getName() : provider.getDisplayName(),
                provider.getIssuer(),
                endpoint(provider.getAuthorizationEndpoint(), field + "authorization_endpoint"),
                endpoint(provider.getTokenEndpoint(), field + "token_endpoint"),
                endpoint(provider.getEndSessionEndpoint(), field + "end_session_endpoint"),
                endpoint(provider.getJwksUri(), field + "jwks_uri"),
                provider.getClientId(),
                authentication(client, field + "client_authentication"),
                new Secret(client.getClientSecret()),
                new Secret(client.getPrivateKey()),
                text(client.getKeyId()),
                scopes,
                provider.getResourcesList(),
                provider.getAuthorizationParametersMap(),
                provider.getPushedAuthorizationRequests(),
                connection(provider.getConnection(), field + "connection"),
                provider.hasTokenExchange() ? Optional.of(exchange(provider.getTokenExchange())) : Optional.empty(),
                algorithms.isEmpty() ? TokenRules.ALGORITHMS : algorithms,
                provider.getUserInfo());
    }

    private static Authentication authentication(OpenIdConnect.ClientAuthentication client, String field)
            throws InvalidPolicy {
        Authentication method = switch (client.getMethod()) {
            case AUTOMATIC -> client.getClientSecret().isEmpty() ? Authentication.NONE : Authentication.AUTOMATIC;
            case CLIENT_SECRET_BASIC -> Authentication.SECRET_BASIC;
            case CLIENT_SECRET_POST -> Authentication.SECRET_POST;
            case PRIVATE_KEY_JWT -> Authentication.PRIVATE_KEY_JWT;
            case TLS_CLIENT_AUTH -> Authentication.TLS;
            case NONE -> Authentication.NONE;
            case UNRECOGNIZED ->
                throw new InvalidPolicy(
                        field + ".method", Integer.toString(client.getMethodValue()), "a method that is known");
        };
        boolean secret = method == Authentication.SECRET_BASIC || method == Authentication.SECRET_POST;
        if (secret && client.getClientSecret().isEmpty()) {
            throw new InvalidPolicy(field + ".client_secret", "none", "the client's secret");
        }
        if (method == Authentication.PRIVATE_KEY_JWT && client.getPrivateKey().isEmpty()) {
            throw new InvalidPolicy(field + ".private_key", "none", "the client's key, PKCS #8 as PEM");
        }
        return method;
    }

    static ConnectionSettings connection(OpenIdConnect.Connection connection, String field) throws InvalidPolicy {
        for (int i = 0; i < connection.getAddressesCount(); i++) {
            if (!ADDRESS.matcher(connection.getAddresses(i)).matches()) {
                throw new InvalidPolicy(
                        field + ".addresses[" + i + "]", "\"" + connection.getAddresses(i) + "\"", "host:port");
            }
        }
        OpenIdConnect.Tls tls = connection.getTls();
        return new ConnectionSettings(
                connection.getAddressesList(),
                connection.hasTls()
                        ? Optional.of(new ConnectionSettings.Tls(
                                tls.getServerName(),
                                tls.getAuthorities(),
                                tls.getCertificateChain(),
                                new Secret(tls.getPrivateKey()),
                                tls.getSubjectAlternativeNamesList()))
                        : Optional.empty(),
                connection.getPlainText(),
                positive(connection.hasTimeout(), connection.getTimeout(), field + ".timeout")
                        .orElse(TIMEOUT),
                connection.getRetries());
    }

    private static ProviderSettings.Exchange exchange(OpenIdConnect.TokenExchange exchange) {
        return new ProviderSettings.Exchange(
                text(exchange.getAudience()),
                text(exchange.getResource()),
                exchange.getScopesList(),
                text(exchange.getRequestedTokenType()));
    }

    private static String key(String policy, OpenIdConnect message) throws InvalidPolicy {
        if (message.getKey().isEmpty()) {
            return OwnCookies.tagOf(policy);
        }
        if (!KEY.matcher(message.getKey()).matches()) {
            throw new InvalidPolicy("key", "\"" + message.getKey() + "\"", "6 to 16 letters and digits");
        }
        return message.getKey();
    }

    private static OwnCookies cookies(String key, OpenIdConnect.Cookie cookie) throws InvalidPolicy {
        OwnCookies.SameSite sameSite = switch (cookie.getSameSite()) {
            case DEFAULT, LAX -> OwnCookies.SameSite.LAX;
            case STRICT -> OwnCookies.SameSite.STRICT;
            case NONE -> OwnCookies.SameSite.NONE;
            case UNRECOGNIZED ->
                throw new InvalidPolicy(
                        "cookie.same_site", Integer.toString(cookie.getSameSiteValue()), "a value that is known");
        };
        if (!cookie.getDomain().isEmpty() && !DOMAIN.matcher(cookie.getDomain()).matches()) {
            throw new InvalidPolicy("cookie.domain", "\"" + cookie.getDomain() + "\"", "a domain");
        }
        return new OwnCookies(key, sameSite, text(cookie.getDomain()));
    }

    private static Forwarding forwarding(OpenIdConnect.Forwarding forwarding) throws InvalidPolicy {
        return new Forwarding(
                forwarding.getAccessToken(),
                HeaderName.optional(forwarding.getIdTokenHeader(), "forwarding.id_token_header"),
                claims(forwarding.getClaimsList(), "forwarding."),
                HeaderName.optional(
                        forwarding.getInternalAccessTokenHeader(), "forwarding.internal_access_token_header"),
                HeaderName.optional(forwarding.getInternalIdTokenHeader(), "forwarding.internal_id_token_header"));
    }

    static List<ClaimHeader> claims(List<OpenIdConnect.Forwarding.ClaimHeader> messages, String place)
            throws InvalidPolicy {
        List<ClaimHeader> claims = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            OpenIdConnect.Forwarding.ClaimHeader claim = messages.get(i);
            String field = place + "claims[" + i + "]";
            if (claim.getClaim().isEmpty()) {
                throw new InvalidPolicy(field + ".claim", "\"\"", "the name of a claim");
            }
            String header = HeaderName.of(claim.getHeader(), field + ".header");
            if (CREDENTIALS.contains(header)) {
                throw new InvalidPolicy(field + ".header", "\"" + header + "\"", "a header that is for nothing else");
            }
            claims.add(new ClaimHeader(header, claim.getClaim()));
        }
        return claims;
    }

    private static List<HeaderMatcher> denyRedirect(OpenIdConnect message) throws InvalidPolicy {
        List<HeaderMatcher> matchers = new ArrayList<>();
        for (int i = 0; i < message.getDenyRedirectCount(); i++) {
            OpenIdConnect.HeaderMatch match = message.getDenyRedirect(i);
            String field = "deny_redirect[" + i + "]";
            matchers.add(
                    switch (match.getValueCase()) {
                        case EXACT -> HeaderMatcher.exact(match.getName(), match.getExact(), field);
                        case PREFIX -> HeaderMatcher.prefix(match.getName(), match.getPrefix(), field);
                        case SUFFIX -> HeaderMatcher.suffix(match.getName(), match.getSuffix(), field);
                        case REGEX -> HeaderMatcher.regex(match.getName(), match.getRegex(), field);
                        case VALUE_NOT_SET -> throw new InvalidPolicy(field, "none", "exact, prefix, suffix or regex");
                    });
        }
        return matchers;
    }

    private static List<SignOnSettings.PassThrough> passThrough(OpenIdConnect message) throws InvalidPolicy {
        List<SignOnSettings.PassThrough> headers = new ArrayList<>();
        for (int i = 0; i < message.getPassThroughCount(); i++) {
            OpenIdConnect.PassThrough pass = message.getPassThrough(i);
            headers.add(new SignOnSettings.PassThrough(
                    HeaderName.of(pass.getHeader(), "pass_through[" + i + "].header"), pass.getPrefix()));
        }
        return headers;
    }

    private static SignOns.Store store(OpenIdConnect.Session session) throws InvalidPolicy {
        return switch (session.getStore()) {
            case AUTOMATIC -> SignOns.Store.AUTOMATIC;
            case MEMORY -> SignOns.Store.MEMORY;
            case REDIS -> SignOns.Store.REDIS;
            case COOKIE -> SignOns.Store.COOKIE;
            case UNRECOGNIZED ->
                throw new InvalidPolicy(
                        "session.store", Integer.toString(session.getStoreValue()), "a store that is known");
        };
    }

    static Optional<String> endpoint(String url, String field) throws InvalidPolicy {
        if (!url.isEmpty() && !Endpoints.absolute(url)) {
            throw new InvalidPolicy(field, "\"" + url + "\"", "an http or https URL");
        }
        return text(url);
    }

    private static Optional<String> text(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }

    static java.time.Duration duration(Duration duration, String field) throws InvalidPolicy {
        java.time.Duration read = java.time.Duration.ofSeconds(duration.getSeconds(), duration.getNanos());
        if (read.isNegative()) {
            throw new InvalidPolicy(field, read.toString(), "0 or more");
        }
        return read;
    }

    /** Zero is as if it were not there: Envoy Gateway's fields mean it so. */
    private static Optional<java.time.Duration> positive(boolean there, Duration duration, String field)
            throws InvalidPolicy {
        return there ? Optional.of(duration(duration, field)).filter(java.time.Duration::isPositive) : Optional.empty();
    }
}
