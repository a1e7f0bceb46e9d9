package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Empty;
import com.google.protobuf.Message;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.security.Jwt;
import dev.gatehouse.gatewayapi.traffic.BackendSettings;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HttpUri;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwksAsyncFetch;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtAuthentication;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtClaimToHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtHeader;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtProvider;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirement;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.JwtRequirementOrList;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.PerRouteConfig;
import io.envoyproxy.envoy.extensions.filters.http.jwt_authn.v3.RemoteJwks;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Verifies JSON Web Tokens, by Envoy's filter {@code jwt_authn}. The listener has the providers and requirements, under
 * names made from their content. A route names a requirement. Envoy answers a route with 403 while the listener lacks
 * its requirement.
 */
final class JwtFilter implements ChainFilter {
    static final String NAME = "envoy.filters.http.jwt_authn";

    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(10);

    /** The most characters of a name's readable part, before its digest. */
    private static final int NAME_LENGTH = 200;

    /**
     * The filter removes the claims' headers from every request that passes it. If only a token can cause a second
     * route selection, the first route has already enabled the filter, so that it can stay disabled for other routes.
     */
    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        HttpFilter filter = chain.forPolicies(NAME, providers(chain.needs().tokens()));
        boolean changesBefore = chain.needs().reroutesBeforeTokens()
                || chain.listeners().stream()
                        .anyMatch(listener -> !listener.filters().isEmpty());
        return List.of(
                changesBefore ? filter : filter.toBuilder().setDisabled(true).build());
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return route.policies()
                .security()
                .flatMap(Security::tokens)
                .<Map<String, Message>>map(tokens -> Map.of(
                        NAME,
                        PerRouteConfig.newBuilder()
                                .setRequirementName(name(tokens))
                                .build()))
                .orElse(Map.of());
    }

    /** The providers and requirements of {@code all}. */
    static JwtAuthentication providers(Collection<Security.Tokens> all) {
        // Sorted by name, so that equal policies make equal bytes.
        SortedMap<String, JwtProvider> providers = new TreeMap<>();
        SortedMap<String, JwtRequirement> requirements = new TreeMap<>();
        for (Security.Tokens tokens : all) {
            tokens.providers().forEach(each -> providers.put(name(each), provider(each)));
            requirements.put(name(tokens), requirement(tokens));
        }
        return JwtAuthentication.newBuilder()
                .putAllProviders(providers)
                .putAllRequirementMap(requirements)
                .build();
    }

    private static String name(Security.Provider provider) {
        return named(provider.spec().name(), provider(provider));
    }

    private static String name(Security.Tokens tokens) {
        return named(
                tokens.providers().stream().map(each -> each.spec().name()).collect(Collectors.joining(",")),
                requirement(tokens));
    }

    private static String named(String name, Message content) {
        return name.substring(0, Math.min(name.length(), NAME_LENGTH)) + "/" + Protos.digest(content);
    }

    private static JwtRequirement requirement(Security.Tokens tokens) {
        List<JwtRequirement> any = new ArrayList<>();
        tokens.providers()
                .forEach(each -> any.add(
                        JwtRequirement.newBuilder().setProviderName(name(each)).build()));
        switch (tokens.missing()) {
            case REFUSED -> {}
            case PASSES ->
                any.add(JwtRequirement.newBuilder()
                        .setAllowMissing(Empty.getDefaultInstance())
                        .build());
            case PASSES_WITH_INVALID ->
                any.add(JwtRequirement.newBuilder()
                        .setAllowMissingOrFailed(Empty.getDefaultInstance())
                        .build());
        }
        return any.size() == 1
                ? any.getFirst()
                : JwtRequirement.newBuilder()
                        .setRequiresAny(JwtRequirementOrList.newBuilder().addAllRequirements(any))
                        .build();
    }

    private static JwtProvider provider(Security.Provider each) {
        Jwt.Provider spec = each.spec();
        JwtProvider.Builder provider = JwtProvider.newBuilder()
                .setIssuer(spec.issuer().orElse(""))
                .addAllAudiences(spec.audiences())
                // The authorization filter reads the claims under the provider's name.
                .setPayloadInMetadata(spec.name())
                .setNormalizePayloadInMetadata(JwtProvider.NormalizePayload.newBuilder()
                        .addSpaceDelimitedClaims("scope")
                        .addSpaceDelimitedClaims("scp"))
                .setForward(true)
                .setClearRouteCache(spec.recomputeRoute());
        spec.claimToHeaders()
                .forEach(claim -> provider.addClaimToHeaders(JwtClaimToHeader.newBuilder()
                        .setHeaderName(claim.header())
                        .setClaimName(claim.claim())));
        spec.extractFrom().ifPresent(from -> {
            from.headers()
                    .forEach(header -> provider.addFromHeaders(
                            JwtHeader.newBuilder().setName(header.name()).setValuePrefix(header.valuePrefix())));
            provider.addAllFromCookies(from.cookies()).addAllFromParams(from.params());
        });
        switch (each.keys()) {
            case Security.Keys.Local local ->
                provider.setLocalJwks(DataSource.newBuilder().setInlineString(local.text()));
            case Security.Keys.Fetched fetched -> provider.setRemoteJwks(remote(fetched));
        }
        return provider.build();
    }

    private static RemoteJwks remote(Security.Keys.Fetched keys) {
        // The listener starts without waiting for the keys. Until they arrive, tokens are refused and all other
        // requests are served.
        JwksAsyncFetch.Builder fetch = JwksAsyncFetch.newBuilder().setFastListener(true);
        keys.from().failedRefetch().ifPresent(each -> fetch.setFailedRefetchDuration(Protos.duration(each)));
        BackendSettings settings = keys.from().service().settings();
        Duration timeout =
                settings.timeouts().request().filter(each -> !each.isZero()).orElse(FETCH_TIMEOUT);
        RemoteJwks.Builder remote = RemoteJwks.newBuilder()
                .setHttpUri(HttpUri.newBuilder()
                        .setUri(keys.from().uri().toString())
                        .setCluster(keys.at().name())
                        .setTimeout(Protos.duration(timeout)))
                .setCacheDuration(Protos.duration(keys.from().cache()))
                .setAsyncFetch(fetch);
        CallRetry.of(settings, timeout).ifPresent(remote::setRetryPolicy);
        return remote.build();
    }
}
