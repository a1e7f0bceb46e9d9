package dev.gatehouse.controller.envoy;

import com.google.protobuf.Any;
import dev.gatehouse.controller.envoy.filter.AccessFilter;
import dev.gatehouse.controller.envoy.filter.FilterChains;
import dev.gatehouse.controller.envoy.filter.FilterNeeds;
import dev.gatehouse.controller.envoy.filter.HeaderRules;
import dev.gatehouse.controller.envoy.filter.WafFilter;
import dev.gatehouse.controller.gateway.ListenerState;
import dev.gatehouse.controller.gateway.PreRouting;
import dev.gatehouse.controller.policy.EffectivePolicies;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.ListenerFilter;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HttpUri;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.AuthorizationResponse;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.BufferSettings;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.CheckSettings;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthz;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.ExtAuthzPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.ext_authz.v3.HttpService;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.type.matcher.v3.ListStringMatcher;
import io.envoyproxy.envoy.type.matcher.v3.RegexMatcher;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * The filters that run before a route is selected (GEP-5224). They stand at the head of the chain, in the order of the
 * listener's list. Each filter is enabled only for the virtual hosts of its listener, and clears the route that Envoy
 * selected before.
 *
 * <p>A filter may change everything that routes match except the host, which selects the listener. It must not change
 * the framing of messages, which is the proxy's own.
 */
final class PreRoutingFilters {
    /** The name does not begin with the filter kind's name, so that an EnvoyProxy's filterOrder does not move the filter. */
    private static final String NAME = "gatehouse.prerouting/";

    /** The time limit of a call, equal to Envoy Gateway's for authorization servers. */
    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private PreRoutingFilters() {}

    /** The filters of {@code listener}. */
    static List<HttpFilter> filters(ListenerState listener) {
        List<HttpFilter> filters = new ArrayList<>();
        for (PreRouting filter : listener.filters()) {
            HttpFilter.Builder made = HttpFilter.newBuilder()
                    .setName(name(listener, filters.size()))
                    .setDisabled(true);
            switch (filter) {
                case PreRouting.ExternalAuth auth -> made.setTypedConfig(Protos.any(externalAuth(auth)));
                case PreRouting.Access _ ->
                    made.setTypedConfig(Protos.any(AccessFilter.check()
                            .setClearRouteCache(true)
                            .setDecoderHeaderMutationRules(HeaderRules.without(HeaderRules.HOST_AND_FRAMING))
                            .build()));
                case PreRouting.Waf _ -> made.setTypedConfig(Protos.any(WafFilter.inspection()));
            }
            filters.add(made.build());
        }
        return filters;
    }

    /** The filter configuration that enables the filters for a virtual host of {@code listener}. */
    static Map<String, Any> hostConfig(ListenerState listener) {
        return config(listener, OptionalLong.empty());
    }

    /**
     * The part of the filter configuration that differs for a route without a backend.
     *
     * @param connectionBytes the buffer of a client's connection; asked only if a filter depends on it
     */
    static Map<String, Any> configWithoutBackend(ListenerState listener, LongSupplier connectionBytes) {
        if (listener.filters().stream().noneMatch(PreRouting.Waf.class::isInstance)) {
            return Map.of();
        }
        Map<String, Any> config = config(listener, OptionalLong.of(connectionBytes.getAsLong()));
        config.entrySet().removeAll(hostConfig(listener).entrySet());
        return config;
    }

    private static Map<String, Any> config(ListenerState listener, OptionalLong connectionBytes) {
        Map<String, Any> config = new TreeMap<>();
        for (int i = 0; i < listener.filters().size(); i++) {
            config.put(
                    name(listener, i),
                    switch (listener.filters().get(i)) {
                        case PreRouting.ExternalAuth _ ->
                            Protos.any(ExtAuthzPerRoute.newBuilder()
                                    .setCheckSettings(CheckSettings.getDefaultInstance())
                                    .build());
                        case PreRouting.Access access -> Protos.any(AccessFilter.enforcing(access.policy()));
                        case PreRouting.Waf waf ->
                            Protos.any(WafFilter.enforcing(enforced(waf), false, connectionBytes));
                    });
        }
        return config;
    }

    private static EffectivePolicies.Waf enforced(PreRouting.Waf waf) {
        return new EffectivePolicies.Waf(waf.policy().toString(), List.of(waf.policy()), waf.spec());
    }

    /** How many bytes of a body the WAF filters of {@code listener} buffer; empty: the listener has no WAF filter. */
    static OptionalLong bufferBytes(ListenerState listener) {
        return listener.filters().stream()
                .filter(PreRouting.Waf.class::isInstance)
                .mapToLong(filter -> WafFilter.bufferBytes(enforced((PreRouting.Waf) filter)))
                .max();
    }

    /**
     * The filter configuration for routes without a policy of their own. Envoy decides by the first route that it
     * selects which disabled filters it creates for a request. If that route may change, the policies' filters are
     * therefore enabled in the chain, and this configuration makes them do nothing.
     */
    static Map<String, Any> tableConfig(FilterNeeds needs) {
        return FilterChains.switchedOff(needs);
    }

    /** True if a listener that shares the chain has such filters. */
    static boolean any(List<ListenerState> listeners) {
        return listeners.stream().anyMatch(listener -> !listener.filters().isEmpty());
    }

    /**
     * The suffix of the route table's name. A different set of filters gives the table a different name, so that Envoy
     * switches filters and table at the same moment.
     */
    static String tableSuffix(List<ListenerState> listeners, FilterNeeds needs) {
        List<String> extensions = needs.extensions().names();
        if (!any(listeners) && !needs.reroutes() && extensions.isEmpty()) {
            return "";
        }
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (ListenerState listener : listeners) {
                filters(listener).forEach(filter -> digest.update(filter.toByteArray()));
                hostConfig(listener).values().forEach(config -> digest.update(config.toByteArray()));
            }
            needs.authorizers().forEach(name -> digest.update(name.getBytes(StandardCharsets.UTF_8)));
            extensions.forEach(name -> digest.update(name.getBytes(StandardCharsets.UTF_8)));
            return "/filters-" + HexFormat.of().formatHex(digest.digest(), 0, 4);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("the JDK has no SHA-256", e);
        }
    }

    private static String name(ListenerState listener, int index) {
        return NAME + listener.key() + "/" + index;
    }

    private static ExtAuthz externalAuth(PreRouting.ExternalAuth auth) {
        ListenerFilter.ExternalAuth filter = auth.filter();
        boolean grpc = filter.protocol() == ListenerFilter.AuthProtocol.GRPC;
        ExtAuthz.Builder config = ExtAuthz.newBuilder()
                .setTransportApiVersion(ApiVersion.V3)
                .setStatusOnError(HttpStatus.newBuilder().setCode(StatusCode.ServiceUnavailable))
                .setClearRouteCache(true)
                .setValidateMutations(true)
                .setDecoderHeaderMutationRules(
                        HeaderRules.without(grpc ? HeaderRules.HOST_AND_FRAMING : HeaderRules.PSEUDO_AND_FRAMING));
        if (filter.bodyBytes() > 0) {
            // Gateway API: the server gets the beginning of a longer body. Envoy tells it so by a header.
            config.setWithRequestBody(BufferSettings.newBuilder()
                    .setMaxRequestBytes(filter.bodyBytes())
                    .setAllowPartialMessage(true)
                    .setPackAsBytes(grpc));
        }
        if (!filter.allowedHeaders().isEmpty()) {
            config.setAllowedHeaders(exactly(filter.allowedHeaders()));
        }
        if (grpc) {
            return config.setGrpcService(GrpcService.newBuilder()
                            .setEnvoyGrpc(GrpcService.EnvoyGrpc.newBuilder()
                                    .setClusterName(auth.cluster().name())
                                    .setAuthority(filter.backend().name()))
                            .setTimeout(Protos.duration(TIMEOUT)))
                    .build();
        }
        return config.setHttpService(HttpService.newBuilder()
                        .setServerUri(HttpUri.newBuilder()
                                .setUri("http://" + filter.backend().name())
                                .setCluster(auth.cluster().name())
                                .setTimeout(Protos.duration(TIMEOUT)))
                        .setPathPrefix(filter.path())
                        .setAuthorizationResponse(AuthorizationResponse.newBuilder()
                                .setAllowedUpstreamHeaders(
                                        filter.allowedResponseHeaders().isEmpty()
                                                ? ListStringMatcher.newBuilder()
                                                        .addPatterns(StringMatcher.newBuilder()
                                                                .setSafeRegex(RegexMatcher.newBuilder()
                                                                        .setRegex(".*")))
                                                        .build()
                                                : exactly(filter.allowedResponseHeaders()))))
                .build();
    }

    private static ListStringMatcher exactly(List<String> names) {
        ListStringMatcher.Builder matcher = ListStringMatcher.newBuilder();
        for (String name : names) {
            matcher.addPatterns(StringMatcher.newBuilder().setExact(name).setIgnoreCase(true));
        }
        return matcher.build();
    }
}
