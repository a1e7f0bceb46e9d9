package dev.gatehouse.gatewayapi.security;

import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.PolicyTarget;
import dev.gatehouse.gatewayapi.TargetSelector;
import dev.gatehouse.gatewayapi.TargetedPolicy;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gatehouse's SSOPolicy: settings of sign-on by {@code SecurityPolicy.oidc} beyond Envoy Gateway's API. Its target is a
 * SecurityPolicy, or an object whose SecurityPolicies it extends.
 *
 * @param jwksUri the URL of the keys of the SecurityPolicy's provider; empty: from its discovery document
 * @param displayName the name of the SecurityPolicy's provider on the page where users choose a provider
 * @param providers further providers that users can choose
 */
public record SsoPolicy(
        List<PolicyTarget> targets,
        Session session,
        Logout logout,
        Optional<String> jwksUri,
        Optional<String> displayName,
        ClientSettings client,
        List<Provider> providers,
        Optional<StepUp> stepUp,
        List<Jwt.ClaimToHeader> claimToHeaders,
        Map<String, Object> tree)
        implements TargetedPolicy<SsoPolicy> {
    /** It says nothing. */
    public static final SsoPolicy NONE = new SsoPolicy(
            List.of(),
            Session.NONE,
            Logout.NONE,
            Optional.empty(),
            Optional.empty(),
            ClientSettings.NONE,
            List.of(),
            Optional.empty(),
            List.of(),
            Map.of());

    public SsoPolicy {
        targets = List.copyOf(targets);
        providers = List.copyOf(providers);
        claimToHeaders = List.copyOf(claimToHeaders);
    }

    /** Where sessions are kept. */
    public enum Store {
        /** The Redis of authz-svc. */
        Redis,
        /** The memory of authz-svc: of one replica. */
        Memory,
        /** Sealed in cookies: nobody else can end such a session. */
        Cookie
    }

    /**
     * How long users stay signed on.
     *
     * @param store empty: Redis if authz-svc has one, otherwise memory
     * @param idleTimeout the time without a request after which a session ends
     * @param absoluteTimeout the time after which a session ends, even if it is used
     * @param providerOutageGrace how long sessions outlive their tokens while the provider is unreachable
     */
    public record Session(
            Optional<Store> store,
            Optional<Duration> idleTimeout,
            Optional<Duration> absoluteTimeout,
            Optional<Duration> providerOutageGrace) {
        static final Session NONE = new Session(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

        static Session read(Fields f) {
            return new Session(
                    f.choice("store", Store.class),
                    positive(f, "idleTimeout"),
                    positive(f, "absoluteTimeout"),
                    positive(f, "providerOutageGrace"));
        }

        private static Optional<Duration> positive(Fields f, String name) {
            Optional<Duration> duration = f.duration(name);
            duration.filter(Duration::isZero).ifPresent(_ -> f.wrong(name, "is 0 (expected: more)"));
            return duration;
        }
    }

    /**
     * The settings of logout.
     *
     * @param backChannelPath the path for the provider's logout requests (OpenID Connect Back-Channel Logout 1.0)
     * @param frontChannelPath the path for logout by the provider's page (OpenID Connect Front-Channel Logout 1.0)
     * @param postLogoutRedirectUri the URI to which users are sent after logout; empty: "/" of the host
     */
    public record Logout(String backChannelPath, String frontChannelPath, Optional<String> postLogoutRedirectUri) {
        static final Logout NONE =
                new Logout("/oauth2/backchannel-logout", "/oauth2/frontchannel-logout", Optional.empty());

        static Logout read(Fields f) {
            Optional<String> uri = f.string("postLogoutRedirectURI");
            uri.filter(text -> !text.matches("(https?|%REQ\\(x-forwarded-proto\\)%)://[^/\\s]+(/\\S*)?|/\\S*"))
                    .ifPresent(text -> f.wrong(
                            "postLogoutRedirectURI",
                            "\"" + text
                                    + "\" is no address (expected: https://HOST/PATH, or a path of the same host)"));
            return new Logout(
                    Oidc.path(f, "backChannelPath").orElse(NONE.backChannelPath),
                    Oidc.path(f, "frontChannelPath").orElse(NONE.frontChannelPath),
                    uri);
        }
    }

    /** How a client says who it is (OpenID Connect Core 9, RFC 8705). */
    public enum Method {
        ClientSecretBasic,
        ClientSecretPost,
        PrivateKeyJWT,
        TLSClientAuth,
        /** A public client. */
        None
    }

    /**
     * The settings of this client at a provider.
     *
     * @param method how the client authenticates; empty: by its secret, in the form that the provider requires
     * @param privateKey a Secret with the key (PKCS #8) in "private-key" or "tls.key" and its id in "key-id"; for
     * TLSClientAuth also the certificate in "tls.crt"
     * @param authorizationParameters additional parameters of the authorization request
     * @param pushedRequests whether authorization requests are pushed (RFC 9126) even if the provider does not require
     * it
     * @param userInfo whether claims of the UserInfo endpoint are used too
     * @param signingAlgorithms the accepted algorithms of tokens; empty: all safe algorithms
     */
    public record ClientSettings(
            Optional<Method> method,
            Optional<ObjectReference> privateKey,
            List<Parameter> authorizationParameters,
            boolean pushedRequests,
            boolean userInfo,
            List<Algorithm> signingAlgorithms,
            Optional<TokenExchange> tokenExchange) {
        static final ClientSettings NONE = new ClientSettings(
                Optional.empty(), Optional.empty(), List.of(), false, false, List.of(), Optional.empty());

        /** Parameters of an authorization request that are not a user's to set. */
        private static final Set<String> OURS = Set.of(
                "client_id",
                "redirect_uri",
                "response_type",
                "response_mode",
                "scope",
                "state",
                "nonce",
                "code_challenge",
                "code_challenge_method",
                "request",
                "request_uri",
                "client_secret",
                "client_assertion",
                "client_assertion_type");

        public ClientSettings {
            authorizationParameters = List.copyOf(authorizationParameters);
            signingAlgorithms = List.copyOf(signingAlgorithms);
        }

        static ClientSettings read(Fields f) {
            record Authentication(Optional<Method> method, Optional<ObjectReference> key) {
                static Authentication read(Fields f) {
                    Authentication read = new Authentication(
                            f.choice("method", Method.class), f.object("privateKeyRef", ObjectReference::readSecret));
                    boolean byKey = read.method
                            .filter(method -> method == Method.PrivateKeyJWT || method == Method.TLSClientAuth)
                            .isPresent();
                    if (byKey != read.key.isPresent()) {
                        f.wrong(
                                "privateKeyRef",
                                byKey
                                        ? "is missing (expected: a Secret with the key, for PrivateKeyJWT and TLSClientAuth)"
                                        : "has no use without method PrivateKeyJWT or TLSClientAuth");
                    }
                    return read;
                }
            }
            Authentication authentication = f.object("clientAuthentication", Authentication::read)
                    .orElse(new Authentication(Optional.empty(), Optional.empty()));
            List<Parameter> parameters = f.list("authorizationParameters", 0, 16, Parameter::read);
            Set<String> names = new HashSet<>();
            parameters.stream()
                    .map(Parameter::name)
                    .filter(name -> OURS.contains(name) || !names.add(name))
                    .forEach(name -> f.wrong(
                            "authorizationParameters",
                            "\"" + name + "\" "
                                    + (OURS.contains(name)
                                            ? "is set by the login itself (expected: another parameter, \"prompt\" for example)"
                                            : "is there twice (expected: once)")));
            return new ClientSettings(
                    authentication.method,
                    authentication.key,
                    parameters,
                    f.bool("pushedAuthorizationRequests").orElse(false),
                    f.bool("userInfo").orElse(false),
                    f.choices("signingAlgorithms", Algorithm.class),
                    f.object("tokenExchange", TokenExchange::read));
        }
    }

    /** Signatures of tokens (RFC 7518, RFC 8037): by keys of which only the provider has the private half. */
    public enum Algorithm {
        RS256,
        RS384,
        RS512,
        PS256,
        PS384,
        PS512,
        ES256,
        ES384,
        ES512,
        EdDSA
    }

    /** A parameter of a request. */
    public record Parameter(String name, String value) {
        static Parameter read(Fields f) {
            return new Parameter(
                    f.requiredString("name", Syntax.of("[A-Za-z0-9_.-]+", 64, "letters, digits and \"_.-\"")),
                    f.requiredString("value"));
        }
    }

    /** The access token is exchanged for one for the backend (RFC 8693). */
    public record TokenExchange(
            Optional<String> audience,
            Optional<String> resource,
            List<String> scopes,
            Optional<String> requestedTokenType) {
        public TokenExchange {
            scopes = List.copyOf(scopes);
        }

        static TokenExchange read(Fields f) {
            TokenExchange exchange = new TokenExchange(
                    f.string("audience"), f.string("resource"), f.strings("scopes"), f.string("requestedTokenType"));
            if (exchange.audience.isEmpty() && exchange.resource.isEmpty() && exchange.scopes.isEmpty()) {
                f.wrong("expected at least one of audience, resource and scopes");
            }
            return exchange;
        }
    }

    /** A provider beside the SecurityPolicy's. */
    public record Provider(
            String name,
            Optional<String> displayName,
            Oidc.Provider provider,
            Optional<String> jwksUri,
            Oidc.ClientId clientId,
            Optional<ObjectReference> clientSecret,
            List<String> scopes,
            List<String> resources,
            ClientSettings client) {
        public Provider {
            scopes = List.copyOf(scopes);
            resources = List.copyOf(resources);
        }

        static Provider read(Fields f) {
            Optional<String> id = f.string("clientID", Syntax.NOT_EMPTY);
            Optional<ObjectReference> reference = f.object("clientIDRef", ObjectReference::readSecret);
            if (id.isPresent() == reference.isPresent()) {
                f.wrong("expected either clientID or clientIDRef");
            }
            Provider provider = new Provider(
                    f.requiredString("name", Syntax.DNS_LABEL),
                    f.string("displayName"),
                    Oidc.Provider.read(f, ServiceBackends.readReferences(f)),
                    keysAddress(f),
                    reference
                            .<Oidc.ClientId>map(Oidc.ClientId.In::new)
                            .orElseGet(() -> new Oidc.ClientId.Literal(id.orElse(""))),
                    f.object("clientSecret", ObjectReference::readSecret),
                    f.strings("scopes"),
                    f.strings("resources"),
                    ClientSettings.read(f));
            if (provider.clientSecret.isEmpty() && provider.needsSecret()) {
                f.wrong(
                        "clientSecret",
                        "is missing (expected: a Secret, or a clientAuthentication.method that needs none)");
            }
            return provider;
        }

        private boolean needsSecret() {
            return client.method()
                    .map(method -> method == Method.ClientSecretBasic || method == Method.ClientSecretPost)
                    .orElse(true);
        }
    }

    /**
     * The required authentication of a session (RFC 9470).
     *
     * @param acrValues the session must have been authenticated with one of these values
     * @param maxAge the longest time since the user's authentication
     */
    public record StepUp(List<String> acrValues, Optional<Duration> maxAge) {
        public StepUp {
            acrValues = List.copyOf(acrValues);
        }

        static StepUp read(Fields f) {
            StepUp stepUp = new StepUp(f.strings("acrValues", Syntax.NOT_EMPTY), f.duration("maxAge"));
            if (stepUp.acrValues.isEmpty() && stepUp.maxAge.isEmpty()) {
                f.wrong("expected acrValues or maxAge");
            }
            return stepUp;
        }
    }

    /** Reads the policy's {@code spec}. */
    public static SsoPolicy read(Fields f) {
        List<Provider> providers = f.list("providers", 0, 16, Provider::read);
        Set<String> names = new HashSet<>();
        List<String> twice = new ArrayList<>();
        providers.stream().map(Provider::name).filter(name -> !names.add(name)).forEach(twice::add);
        twice.forEach(name -> f.wrong("providers", "\"" + name + "\" is the name of several (expected: one each)"));
        return new SsoPolicy(
                PolicyTarget.readAll(f),
                f.object("session", Session::read).orElse(Session.NONE),
                f.object("logout", Logout::read).orElse(Logout.NONE),
                keysAddress(f),
                f.string("displayName"),
                ClientSettings.read(f),
                providers,
                f.object("stepUp", StepUp::read),
                f.list("claimToHeaders", Jwt.ClaimToHeader::read),
                f.stored());
    }

    @Override
    public List<TargetSelector> selectors() {
        return List.of();
    }

    @Override
    public SsoPolicy withTargets(List<PolicyTarget> others) {
        return new SsoPolicy(
                others, session, logout, jwksUri, displayName, client, providers, stepUp, claimToHeaders, tree);
    }

    /** Where SecurityPolicies are merged, their SSOPolicies are. */
    @Override
    public Optional<MergeType> merge() {
        return Optional.of(MergeType.JSONMerge);
    }

    private static Optional<String> keysAddress(Fields f) {
        Optional<String> uri = f.string("jwksURI");
        uri.filter(text -> SignOnAddress.of(text).isEmpty())
                .ifPresent(text -> f.wrong(
                        "jwksURI", "\"" + text + "\" is no address of keys (expected: https://host[:port]/path)"));
        return uri;
    }
}
