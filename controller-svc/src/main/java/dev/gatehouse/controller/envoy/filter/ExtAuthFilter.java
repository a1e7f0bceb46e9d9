package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import dev.gatehouse.controller.callout.CalloutResources;
import dev.gatehouse.controller.callout.Fleets;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.controller.security.Security;
import dev.gatehouse.gatewayapi.security.ExtAuth;
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
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.envoyproxy.envoy.type.v3.HttpStatus;
import io.envoyproxy.envoy.type.v3.StatusCode;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Calls the users' own authorization servers, by Envoy's filter {@code ext_authz}. A route names the server and the
 * data that it gets. Envoy takes some settings from the listener's filter only, so the listener has a filter for each
 * used combination of these settings, and a route enables one of the filters.
 */
public final class ExtAuthFilter implements ChainFilter {
    /** The metadata namespace in which Envoy Gateway describes a route. */
    private static final String METADATA = "envoy-gateway";

    /** The number of {@code HttpService.path_override}, which Envoy 1.40 has and the generated classes of its API do not have yet. */
    private static final int PATH_OVERRIDE = 10;

    /** A name that no cluster has. */
    private static final String NOWHERE = "unresolved";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return chain.needs().allVariants().stream()
                .map(variant -> chain.forPolicies(variant.name(), filter(variant)))
                .toList();
    }

    @Override
    public Map<String, Message> switchedOff(FilterNeeds needs) {
        Map<String, Message> off = new HashMap<>();
        needs.authorizers()
                .forEach(name -> off.put(
                        name, ExtAuthzPerRoute.newBuilder().setDisabled(true).build()));
        return off;
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        Map<String, Message> asked = new HashMap<>();
        Stream.concat(
                        route.policies().security().flatMap(Security::authorizer).stream(),
                        route.rule().filters().externalAuth().stream())
                .forEach(authorizer -> asked.put(Variant.of(authorizer).name(), asking(authorizer)));
        return asked;
    }

    /**
     * The settings that Envoy takes from the listener's filter only.
     *
     * @param ofRule true for a rule's own filter, which runs in addition to the policy's server
     */
    record Variant(
            boolean ofRule,
            boolean http,
            boolean failOpen,
            boolean reroutes,
            boolean routeMetadata,
            Optional<Integer> statusOnError,
            List<String> headers) {
        /** The variants that every listener has. */
        static final List<Variant> USUAL = List.of(
                new Variant(false, false, false, false, false, Optional.empty(), List.of()),
                new Variant(false, true, false, false, false, Optional.empty(), List.of()));

        Variant {
            headers = headers.stream()
                    .map(header -> header.toLowerCase(Locale.ROOT))
                    .distinct()
                    .sorted()
                    .toList();
        }

        static Variant of(Security.Authorizer authorizer) {
            ExtAuth spec = authorizer.spec();
            return new Variant(
                    authorizer.ofRule(),
                    spec.service() instanceof ExtAuth.Service.Http,
                    spec.failOpen(),
                    spec.recomputeRoute(),
                    spec.includeRouteMetadata(),
                    spec.statusOnError(),
                    spec.headersToExtAuth());
        }

        /** The name of the filter. It begins with the kind's name, so that an EnvoyProxy's filterOrder moves all variants. */
        String name() {
            return AccessFilter.NAME + "/" + (ofRule ? "rule-" : "") + (http ? "http" : "grpc")
                    + (USUAL.contains(this) ? "" : "-" + Protos.digest(filter(this)));
        }
    }

    /** The filter for routes with {@code variant}. A route names its server. */
    static ExtAuthz filter(Variant variant) {
        ExtAuthz.Builder filter = ExtAuthz.newBuilder()
                .setTransportApiVersion(ApiVersion.V3)
                .setFailureModeAllow(variant.failOpen())
                .setClearRouteCache(variant.reroutes());
        variant.statusOnError()
                .ifPresent(status ->
                        filter.setStatusOnError(HttpStatus.newBuilder().setCode(StatusCode.forNumber(status))));
        if (variant.routeMetadata()) {
            filter.addRouteMetadataContextNamespaces(METADATA);
        }
        if (variant.ofRule()) {
            filter.setDecoderHeaderMutationRules(HeaderRules.without(
                    variant.http() ? HeaderRules.PSEUDO_AND_FRAMING : HeaderRules.HOST_AND_FRAMING));
        }
        if (!variant.headers().isEmpty()) {
            filter.setAllowedHeaders(exactly(variant.headers()));
        }
        if (variant.http()) {
            filter.setHttpService(HttpService.newBuilder()
                    .setServerUri(HttpUri.newBuilder()
                            .setUri("http://" + NOWHERE)
                            .setCluster(NOWHERE)
                            .setTimeout(Protos.duration(CalloutResources.TIMEOUT))));
        } else {
            filter.setGrpcService(CalloutResources.service(Fleets.AUTHZ, Optional.of(CalloutResources.TIMEOUT)));
        }
        return filter.build();
    }

    /** The route configuration that calls {@code authorizer}. */
    private static ExtAuthzPerRoute asking(Security.Authorizer authorizer) {
        ExtAuth spec = authorizer.spec();
        CheckSettings.Builder settings =
                CheckSettings.newBuilder().putAllContextExtensions(authorizer.contextExtensions());
        spec.body()
                .ifPresent(body -> settings.setWithRequestBody(BufferSettings.newBuilder()
                        .setMaxRequestBytes(body.maxBytes())
                        .setAllowPartialMessage(body.cut())));
        switch (spec.service()) {
            case ExtAuth.Service.Grpc grpc -> {
                GrpcService.Builder service = GrpcService.newBuilder()
                        .setEnvoyGrpc(GrpcService.EnvoyGrpc.newBuilder()
                                .setClusterName(authorizer.cluster().name())
                                .setAuthority(authorizer.authority()))
                        .setTimeout(Protos.duration(spec.timeout()));
                CallRetry.of(grpc.backends().settings(), spec.timeout()).ifPresent(service::setRetryPolicy);
                settings.setGrpcService(service);
            }
            case ExtAuth.Service.Http http -> settings.setHttpService(service(authorizer, http));
        }
        return ExtAuthzPerRoute.newBuilder().setCheckSettings(settings).build();
    }

    private static HttpService service(Security.Authorizer authorizer, ExtAuth.Service.Http http) {
        HttpService.Builder service = HttpService.newBuilder()
                .setServerUri(HttpUri.newBuilder()
                        // Envoy calls the cluster. It requires a well-formed URI, but does not resolve it.
                        .setUri("http://" + authorizer.authority()
                                + http.pathOverride().or(http::path).orElse(""))
                        .setCluster(authorizer.cluster().name())
                        .setTimeout(Protos.duration(authorizer.spec().timeout())));
        CallRetry.of(http.backends().settings(), authorizer.spec().timeout()).ifPresent(service::setRetryPolicy);
        http.path().ifPresent(service::setPathPrefix);
        http.pathOverride()
                .ifPresent(
                        path -> service.setUnknownFields(Protos.newer(PATH_OVERRIDE, ByteString.copyFromUtf8(path))));
        if (!http.headersToBackend().isEmpty()) {
            service.setAuthorizationResponse(
                    AuthorizationResponse.newBuilder().setAllowedUpstreamHeaders(exactly(http.headersToBackend())));
        } else if (authorizer.ofRule()) {
            // Gateway API's filter lists the response headers that are copied to the request. Without a list all
            // headers are copied.
            service.setAuthorizationResponse(AuthorizationResponse.newBuilder()
                    .setAllowedUpstreamHeaders(ListStringMatcher.newBuilder()
                            .addPatterns(StringMatcher.newBuilder().setSafeRegex(Protos.regex(".*")))));
        }
        return service.build();
    }

    private static ListStringMatcher exactly(List<String> names) {
        ListStringMatcher.Builder matcher = ListStringMatcher.newBuilder();
        for (String name : names) {
            matcher.addPatterns(StringMatcher.newBuilder().setExact(name).setIgnoreCase(true));
        }
        return matcher.build();
    }
}
