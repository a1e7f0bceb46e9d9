package dev.gatehouse.controller.envoy;

import com.google.protobuf.Duration;
import com.google.protobuf.StringValue;
import dev.gatehouse.api.authz.v1.OpenIdConnect;
import dev.gatehouse.controller.backend.UriCluster;
import dev.gatehouse.controller.check.Expressions;
import dev.gatehouse.controller.envoy.AccessResources.Credential;
import dev.gatehouse.controller.gateway.Certificates;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.controller.security.SessionTokens;
import dev.gatehouse.gatewayapi.Backend;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectReference;
import dev.gatehouse.gatewayapi.client.StringMatch;
import dev.gatehouse.gatewayapi.security.Jwt;
import dev.gatehouse.gatewayapi.security.Oidc;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import dev.gatehouse.gatewayapi.security.ServiceBackends;
import dev.gatehouse.gatewayapi.security.SignOnAddress;
import dev.gatehouse.gatewayapi.security.SsoPolicy;
import dev.gatehouse.gatewayapi.traffic.Retry;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Makes authz-svc's sign-on settings from {@code SecurityPolicy.oidc} and the SSOPolicy that goes with it. */
public final class SignOnResources {
    private static final String OIDC = "oidc";
    private static final java.time.Duration LOGIN_TIMEOUT = java.time.Duration.ofMinutes(10);
    private static final java.time.Duration REFRESH_TOKEN_LIFETIME = java.time.Duration.ofDays(7);
    private static final java.time.Duration OUTAGE_GRACE = java.time.Duration.ofMinutes(5);

    /** The name of the SecurityPolicy's own provider. */
    private static final String FIRST = "default";

    /** The view of other objects. */
    public interface World {
        /** The Secret that a field, such as "oidc.clientSecret", refers to. */
        Credential secret(String field, ObjectReference reference);

        /**
         * The connection to the backends of a provider.
         *
         * @param field the field with the backends, such as "oidc.provider"
         * @param problems receives the reasons if the backends cannot be reached
         */
        OpenIdConnect.Connection.Builder connection(String field, ServiceBackends service, List<String> problems);

        /** The policy with the field oidc. Policies that are merged with it share its logins and sessions. */
        ObjectKey owner();

        /** Why a provider must not be called at {@code endpoint}. */
        Optional<String> refusal(Backend.Endpoint endpoint);
    }

    /**
     * An SSOPolicy.
     *
     * @param world resolves its references
     */
    public record Sso(SsoPolicy policy, World world) {}

    private final List<String> problems;
    private final OpenIdConnect.Builder made = OpenIdConnect.newBuilder();

    private SignOnResources(List<String> problems) {
        this.problems = problems;
    }

    /** @param problems receives the reasons if it cannot be enforced */
    static OpenIdConnect compile(
            SecuritySettings settings, Oidc oidc, World world, Optional<Sso> sso, List<String> problems) {
        return new SignOnResources(problems).compile(settings, oidc, world, sso);
    }

    /** The part of the sign-on that proxies need. */
    static Security.SignOn signOn(SecuritySettings settings, Oidc oidc, OpenIdConnect made) {
        String callback = oidc.callbackPath();
        List<Security.SignOn.Answer> answers = new ArrayList<>();
        if (made.getProvidersCount() > 1) {
            answers.add(new Security.SignOn.Answer(callback, "start"));
            made.getProvidersList()
                    .forEach(provider ->
                            answers.add(new Security.SignOn.Answer(callback + "/" + provider.getName(), "state")));
        } else {
            answers.add(new Security.SignOn.Answer(callback, "state"));
        }
        return new Security.SignOn(
                made.getKey(),
                answers,
                callback,
                made.getLogoutPath(),
                made.getFrontChannelLogoutPath(),
                made.getBackChannelLogoutPath(),
                SessionTokens.headers(oidc, settings.jwt()));
    }

    private OpenIdConnect compile(SecuritySettings settings, Oidc oidc, World world, Optional<Sso> sso) {
        SsoPolicy more = sso.map(Sso::policy).orElse(SsoPolicy.NONE);
        World moreWorld = sso.map(Sso::world).orElse(world);
        made.addProviders(provider(
                new SsoPolicy.Provider(
                        FIRST,
                        more.displayName(),
                        oidc.provider(),
                        more.jwksUri(),
                        oidc.clientId(),
                        Optional.of(oidc.clientSecret()),
                        oidc.scopes(),
                        oidc.resources(),
                        more.client()),
                "oidc",
                "oidc.provider",
                world,
                moreWorld));
        for (int i = 0; i < more.providers().size(); i++) {
            SsoPolicy.Provider provider = more.providers().get(i);
            if (provider.name().equals(FIRST)) {
                problems.add("SSOPolicy spec.providers[" + i + "].name: \"" + FIRST
                        + "\" is the SecurityPolicy's provider (expected: another name)");
            }
            String field = "providers[" + i + "]";
            made.addProviders(provider(provider, field, field, moreWorld, moreWorld));
        }
        made.setKey(Protos.digest(StringValue.of(world.owner().toString())))
                .setRedirectUri(oidc.redirectUrl())
                .setLogoutPath(oidc.logoutPath())
                .setBackChannelLogoutPath(more.logout().backChannelPath())
                .setFrontChannelLogoutPath(more.logout().frontChannelPath())
                .setPostLogoutRedirectUri(more.logout().postLogoutRedirectUri().orElse(""))
                .setCookie(cookie(oidc))
                .setSession(session(oidc, more.session()))
                .setForwarding(forwarding(settings, oidc, more))
                .setLoginTimeout(duration(oidc.loginTimeout().orElse(LOGIN_TIMEOUT)));
        checkPaths(oidc, more.logout());
        oidc.denyRedirect().forEach(match -> made.addDenyRedirect(match(match)));
        if (oidc.passThroughAuthHeader()) {
            passThrough(settings, oidc);
        }
        more.stepUp().ifPresent(stepUp -> {
            OpenIdConnect.StepUp.Builder step =
                    OpenIdConnect.StepUp.newBuilder().addAllAcrValues(stepUp.acrValues());
            stepUp.maxAge().ifPresent(age -> step.setMaxAge(duration(age)));
            made.setStepUp(step);
        });
        return made.build();
    }

    private void checkPaths(Oidc oidc, SsoPolicy.Logout logout) {
        Set<String> paths = new HashSet<>();
        for (String path :
                List.of(oidc.callbackPath(), oidc.logoutPath(), logout.backChannelPath(), logout.frontChannelPath())) {
            if (!paths.add(path)) {
                problems.add("spec.oidc: \"" + path + "\" has two uses"
                        + " (expected: a path each for redirectURL, logoutPath and the provider's logout)");
            }
        }
    }

    /**
     * @param field the field with the client, for messages
     * @param providerField the field with the provider, for messages
     * @param world resolves the provider's references
     * @param clientWorld resolves the references of the client's settings
     */
    private OpenIdConnect.Provider provider(
            SsoPolicy.Provider spec, String field, String providerField, World world, World clientWorld) {
        Oidc.Provider provider = spec.provider();
        SsoPolicy.ClientSettings client = spec.client();
        String issuer = provider.issuer();
        String place = place(providerField);
        boolean direct = provider.service().references().isEmpty();
        Optional<SignOnAddress> address = SignOnAddress.of(issuer);
        if (address.isEmpty()
                || address.filter(each -> !each.secure() && !each.loopback()).isPresent()) {
            problems.add(place + ".issuer: \"" + issuer + "\" is no issuer (expected: https://host[:port]/path)");
        }
        Stream<String> addresses = Stream.of(Optional.of(issuer), provider.tokenEndpoint(), spec.jwksUri())
                .flatMap(Optional::stream);
        if (direct) {
            addresses
                    .filter(each -> SignOnAddress.of(each).isPresent())
                    .flatMap(each ->
                            world.refusal(UriCluster.of(URI.create(each)).endpoint()).stream())
                    .distinct()
                    .forEach(reason -> problems.add(place + ": " + reason));
        }
        OpenIdConnect.Connection.Builder connection = direct
                ? OpenIdConnect.Connection.newBuilder()
                : world.connection(providerField, provider.service(), problems);
        boolean plainEndpoint = provider.tokenEndpoint()
                .flatMap(SignOnAddress::of)
                .filter(each -> !each.secure())
                .isPresent();
        if (!direct && !connection.hasTls() && plainEndpoint) {
            connection.setPlainText(true);
        } else if (direct
                && plainEndpoint
                && !provider.tokenEndpoint()
                        .flatMap(SignOnAddress::of)
                        .map(SignOnAddress::loopback)
                        .orElse(false)) {
            problems.add(place + ".tokenEndpoint: the client's secret would be sent there in plain text"
                    + " (expected: https, or backendRefs to a backend of your own)");
        }
        connection.setTimeout(
                duration(provider.service().settings().timeouts().request().orElse(java.time.Duration.ofSeconds(5))));
        connection.setRetries(
                provider.service().settings().retry().map(Retry::retries).orElse(0));
        OpenIdConnect.Provider.Builder built = OpenIdConnect.Provider.newBuilder()
                .setName(spec.name())
                .setDisplayName(spec.displayName().orElse(""))
                .setIssuer(issuer)
                .setAuthorizationEndpoint(provider.authorizationEndpoint().orElse(""))
                .setTokenEndpoint(provider.tokenEndpoint().orElse(""))
                .setEndSessionEndpoint(provider.endSessionEndpoint().orElse(""))
                .setJwksUri(spec.jwksUri().orElse(""))
                .setClientId(clientId(spec.clientId(), field, world))
                .setClientAuthentication(authentication(spec, field, world, clientWorld, connection))
                .addAllScopes(scopes(spec.scopes()))
                .addAllResources(spec.resources())
                .setPushedAuthorizationRequests(client.pushedRequests())
                .setUserInfo(client.userInfo())
                .addAllSigningAlgorithms(client.signingAlgorithms().stream()
                        .map(SsoPolicy.Algorithm::name)
                        .toList())
                .setConnection(connection);
        client.authorizationParameters()
                .forEach(parameter -> built.putAuthorizationParameters(parameter.name(), parameter.value()));
        client.tokenExchange()
                .ifPresent(exchange -> built.setTokenExchange(OpenIdConnect.TokenExchange.newBuilder()
                        .setAudience(exchange.audience().orElse(""))
                        .setResource(exchange.resource().orElse(""))
                        .addAllScopes(exchange.scopes())
                        .setRequestedTokenType(exchange.requestedTokenType().orElse(""))));
        return built.build();
    }

    private static String place(String field) {
        return (field.startsWith(OIDC) ? "spec." : "SSOPolicy spec.") + field;
    }

    private static List<String> scopes(List<String> asked) {
        // Without the scope openid a provider answers as a plain OAuth server, and the user stays unknown.
        return Stream.concat(asked.stream(), Stream.of("openid")).distinct().toList();
    }

    private String clientId(Oidc.ClientId id, String field, World world) {
        return switch (id) {
            case Oidc.ClientId.Literal literal -> literal.text();
            case Oidc.ClientId.In in -> text(world, field + ".clientIDRef", in.secret(), "client-id");
        };
    }

    private OpenIdConnect.ClientAuthentication authentication(
            SsoPolicy.Provider spec,
            String field,
            World world,
            World clientWorld,
            OpenIdConnect.Connection.Builder connection) {
        OpenIdConnect.ClientAuthentication.Builder authentication = OpenIdConnect.ClientAuthentication.newBuilder();
        Optional<SsoPolicy.Method> method = spec.client().method();
        authentication.setMethod(
                method.map(SignOnResources::method).orElse(OpenIdConnect.ClientAuthentication.Method.AUTOMATIC));
        if (method.map(each -> each == SsoPolicy.Method.ClientSecretBasic || each == SsoPolicy.Method.ClientSecretPost)
                .orElse(true)) {
            spec.clientSecret()
                    .ifPresent(reference -> authentication.setClientSecret(
                            text(world, field + ".clientSecret", reference, "client-secret")));
        }
        String keyField = (field.equals(OIDC) ? "" : field + ".") + "clientAuthentication.privateKeyRef";
        spec.client()
                .privateKey()
                .ifPresent(reference ->
                        key(clientWorld, keyField, reference, method.orElseThrow(), authentication, connection));
        return authentication.build();
    }

    private void key(
            World world,
            String field,
            ObjectReference reference,
            SsoPolicy.Method method,
            OpenIdConnect.ClientAuthentication.Builder authentication,
            OpenIdConnect.Connection.Builder connection) {
        String place = "SSOPolicy spec." + field;
        switch (world.secret(field, reference)) {
            case Credential.Unusable unusable -> problems.add(place + ": " + unusable.reason());
            case Credential.Found found
            when method == SsoPolicy.Method.TLSClientAuth -> {
                Certificates.problem(found.secret())
                        .ifPresent(problem -> problems.add(place + ": Secret \"" + reference.name() + "\" " + problem));
                connection
                        .getTlsBuilder()
                        .setPrivateKey(found.secret().text("tls.key").orElse(""))
                        .setCertificateChain(found.secret().text("tls.crt").orElse(""));
            }
            case Credential.Found found -> {
                String key = found.secret()
                        .text("private-key")
                        .or(() -> found.secret().text("tls.key"))
                        .orElse("");
                Certificates.problemWithKey(key)
                        .ifPresent(problem -> problems.add(place + ": Secret \"" + reference.name()
                                + "\", key \"private-key\" or \"tls.key\", " + problem));
                authentication
                        .setPrivateKey(key)
                        .setKeyId(
                                found.secret().text("key-id").map(String::strip).orElse(""));
            }
        }
    }

    private static OpenIdConnect.ClientAuthentication.Method method(SsoPolicy.Method method) {
        return switch (method) {
            case ClientSecretBasic -> OpenIdConnect.ClientAuthentication.Method.CLIENT_SECRET_BASIC;
            case ClientSecretPost -> OpenIdConnect.ClientAuthentication.Method.CLIENT_SECRET_POST;
            case PrivateKeyJWT -> OpenIdConnect.ClientAuthentication.Method.PRIVATE_KEY_JWT;
            case TLSClientAuth -> OpenIdConnect.ClientAuthentication.Method.TLS_CLIENT_AUTH;
            case None -> OpenIdConnect.ClientAuthentication.Method.NONE;
        };
    }

    /** The text that the Secret has under {@code key}, without the line end that editors leave behind. */
    private String text(World world, String field, ObjectReference reference, String key) {
        return switch (world.secret(field, reference)) {
            case Credential.Unusable unusable -> {
                problems.add(place(field) + ": " + unusable.reason());
                yield "";
            }
            case Credential.Found found -> {
                String text = found.secret().text(key).map(String::strip).orElse("");
                if (text.isEmpty()) {
                    problems.add(place(field) + ": Secret \"" + reference.name() + "\" has no key \"" + key
                            + "\", or it is empty");
                }
                yield text;
            }
        };
    }

    private static OpenIdConnect.Cookie cookie(Oidc oidc) {
        OpenIdConnect.Cookie.Builder cookie =
                OpenIdConnect.Cookie.newBuilder().setDomain(oidc.cookieDomain().orElse(""));
        oidc.sameSite()
                .ifPresent(each -> cookie.setSameSite(
                        switch (each) {
                            case Lax -> OpenIdConnect.Cookie.SameSite.LAX;
                            case Strict -> OpenIdConnect.Cookie.SameSite.STRICT;
                            case None -> OpenIdConnect.Cookie.SameSite.NONE;
                        }));
        return cookie.build();
    }

    private static OpenIdConnect.Session session(Oidc oidc, SsoPolicy.Session more) {
        OpenIdConnect.Session.Builder session = OpenIdConnect.Session.newBuilder()
                .setRefresh(oidc.refreshToken())
                .setDefaultRefreshTokenLifetime(
                        duration(oidc.defaultRefreshTokenTtl().orElse(REFRESH_TOKEN_LIFETIME)))
                .setProviderOutageGrace(duration(more.providerOutageGrace().orElse(OUTAGE_GRACE)));
        more.store()
                .ifPresent(store -> session.setStore(
                        switch (store) {
                            case Redis -> OpenIdConnect.Session.Store.REDIS;
                            case Memory -> OpenIdConnect.Session.Store.MEMORY;
                            case Cookie -> OpenIdConnect.Session.Store.COOKIE;
                        }));
        more.idleTimeout().ifPresent(each -> session.setIdleTimeout(duration(each)));
        more.absoluteTimeout().ifPresent(each -> session.setAbsoluteTimeout(duration(each)));
        oidc.defaultTokenTtl()
                .filter(java.time.Duration::isPositive)
                .ifPresent(each -> session.setDefaultTokenLifetime(duration(each)));
        return session.build();
    }

    private static OpenIdConnect.Forwarding forwarding(SecuritySettings settings, Oidc oidc, SsoPolicy more) {
        OpenIdConnect.Forwarding.Builder forwarding = OpenIdConnect.Forwarding.newBuilder()
                .setAccessToken(oidc.forwardAccessToken())
                .setIdTokenHeader(
                        oidc.forwardIdToken().map(SignOnResources::lower).orElse(""));
        more.claimToHeaders()
                .forEach(claim -> forwarding.addClaims(OpenIdConnect.Forwarding.ClaimHeader.newBuilder()
                        .setHeader(lower(claim.header()))
                        .setClaim(claim.claim())));
        for (String header : SessionTokens.headers(oidc, settings.jwt())) {
            if (header.equals(SessionTokens.ID_TOKEN_HEADER)) {
                forwarding.setInternalIdTokenHeader(header);
            } else {
                forwarding.setInternalAccessTokenHeader(header);
            }
        }
        return forwarding.build();
    }

    private OpenIdConnect.HeaderMatch match(Oidc.HeaderMatch match) {
        StringMatch value = match.value();
        OpenIdConnect.HeaderMatch.Builder builder =
                OpenIdConnect.HeaderMatch.newBuilder().setName(lower(match.name()));
        switch (value.type()) {
            case Exact -> builder.setExact(value.value());
            case Prefix -> builder.setPrefix(value.value());
            case Suffix -> builder.setSuffix(value.value());
            case RegularExpression -> {
                Expressions.problem(value.value())
                        .ifPresent(problem ->
                                problems.add("spec.oidc.denyRedirect: header \"" + match.name() + "\": " + problem));
                builder.setRegex(value.value());
            }
        }
        return builder.build();
    }

    /** A request with a token may pass without a session only if a later filter verifies the token and refuses requests without one. */
    private void passThrough(SecuritySettings settings, Oidc oidc) {
        Optional<Jwt> jwt = settings.jwt();
        if (jwt.isEmpty() || jwt.get().missing() == Jwt.Missing.PASSES_WITH_INVALID) {
            problems.add("spec.oidc.passThroughAuthHeader: nothing would verify the token of such a request"
                    + " (expected: a jwt section that refuses invalid tokens)");
            return;
        }
        Set<String> places = new HashSet<>();
        for (Jwt.Provider provider : jwt.get().providers()) {
            for (Jwt.Extractor.Header header :
                    provider.extractFrom().orElse(Jwt.Extractor.USUAL).headers()) {
                String name = lower(header.name());
                if (oidc.forwardIdToken().map(SignOnResources::lower).equals(Optional.of(name))) {
                    problems.add("spec.oidc.forwardIDToken.header: \"" + name
                            + "\" is a header that jwt reads tokens of clients from (expected: another header)");
                }
                if (places.add(name + " " + header.valuePrefix())) {
                    made.addPassThrough(OpenIdConnect.PassThrough.newBuilder()
                            .setHeader(name)
                            .setPrefix(header.valuePrefix()));
                }
            }
        }
    }

    private static String lower(String text) {
        return text.toLowerCase(Locale.ROOT);
    }

    private static Duration duration(java.time.Duration duration) {
        return Protos.duration(duration);
    }
}
