package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.UnknownFieldSet;
import com.google.protobuf.Value;
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
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The authorization servers of users, by Envoy's filter {@code ext_authz}. Which server is asked, and with what, a route says. A few settings
 * Envoy has for the filter alone: the filter is on the listener once for each combination of them that is in use, and a route switches one
 * on.
 */
final class ExtAuthFilter implements ChainFilter {
    /** Envoy Gateway's namespace for the metadata of a route. */
    static final String METADATA = "envoy-gateway";

    /** The number of {@code HttpService.path_override}, which Envoy 1.40 has and the generated classes of its API do not have yet. */
    private static final int PATH_OVERRIDE = 10;

    /** No cluster has this name. */
    private static final String NOWHERE = "unresolved";

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return chain.needs().allVariants().stream()
                .map(variant -> chain.forPolicies(variant.name(), filter(variant)))
                .toList();
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        return route.policies()
                .security()
                .flatMap(Security::authorizer)
                .<Map<String, Message>>map(
                        authorizer -> Map.of(Variant.of(authorizer).name(), asking(authorizer)))
                .orElse(Map.of());
    }

    /** What a route cannot say. */
    record Variant(
            boolean http,
            boolean failOpen,
            boolean reroutes,
            boolean routeMetadata,
            Optional<Integer> statusOnError,
            List<String> headers) {
        /** The ones that every listener has. */
        static final List<Variant> USUAL = List.of(
                new Variant(false, false, false, false, Optional.empty(), List.of()),
                new Variant(true, false, false, false, Optional.empty(), List.of()));

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
                    spec.service() instanceof ExtAuth.Service.Http,
                    spec.failOpen(),
                    spec.recomputeRoute(),
                    spec.includeRouteMetadata(),
                    spec.statusOnError(),
                    spec.headersToExtAuth());
        }

        /** The name of the filter, which begins as the kind's: an EnvoyProxy's filterOrder moves all of them. */
        String name() {
            return AccessFilter.NAME + "/" + (http ? "http" : "grpc")
                    + (USUAL.contains(this) ? "" : "-" + Protos.digest(filter(this)));
        }
    }

    /** The filter for routes with {@code variant}; a route says which server is asked. */
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

    /** Has {@code authorizer} asked. */
    private static ExtAuthzPerRoute asking(Security.Authorizer authorizer) {
        ExtAuth spec = authorizer.spec();
        CheckSettings.Builder settings =
                CheckSettings.newBuilder().putAllContextExtensions(authorizer.contextExtensions());
        spec.bodyBytes()
                .ifPresent(bytes ->
                        settings.setWithRequestBody(BufferSettings.newBuilder().setMaxRequestBytes(bytes)));
        switch (spec.service()) {
            case ExtAuth.Service.Grpc _ ->
                settings.setGrpcService(GrpcService.newBuilder()
                        .setEnvoyGrpc(GrpcService.EnvoyGrpc.newBuilder()
                                .setClusterName(authorizer.cluster().name())
                                .setAuthority(authorizer.authority()))
                        .setTimeout(Protos.duration(spec.timeout())));
            case ExtAuth.Service.Http http -> settings.setHttpService(service(authorizer, http));
        }
        return ExtAuthzPerRoute.newBuilder().setCheckSettings(settings).build();
    }

    private static HttpService service(Security.Authorizer authorizer, ExtAuth.Service.Http http) {
        HttpService.Builder service = HttpService.newBuilder()
                .setServerUri(HttpUri.newBuilder()
                        // Envoy calls the cluster; of the URI it needs the form.
                        .setUri("http://" + authorizer.authority()
                                + http.pathOverride().or(http::path).orElse(""))
                        .setCluster(authorizer.cluster().name())
                        .setTimeout(Protos.duration(authorizer.spec().timeout())));
        http.path().ifPresent(service::setPathPrefix);
        http.pathOverride()
                .ifPresent(path -> service.setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                PATH_OVERRIDE,
                                UnknownFieldSet.Field.newBuilder()
                                        .addLengthDelimited(ByteString.copyFromUtf8(path))
                                        .build())
                        .build()));
        if (!http.headersToBackend().isEmpty()) {
            service.setAuthorizationResponse(
                    AuthorizationResponse.newBuilder().setAllowedUpstreamHeaders(exactly(http.headersToBackend())));
        }
        return service.build();
    }

    /** What a server is told of the route that was selected, as Envoy Gateway has it. */
    static Struct routeMetadata(
            String kind, String namespace, String name, Map<String, String> annotations, Optional<String> rule) {
        Struct.Builder resource = Struct.newBuilder()
                .putFields("kind", text(kind))
                .putFields("name", text(name))
                .putFields("namespace", text(namespace));
        rule.ifPresent(section -> resource.putFields("sectionName", text(section)));
        Struct.Builder told = Struct.newBuilder();
        annotations.forEach((key, value) -> told.putFields(key, text(value)));
        if (told.getFieldsCount() > 0) {
            resource.putFields(
                    "annotations", Value.newBuilder().setStructValue(told).build());
        }
        return Struct.newBuilder()
                .putFields(
                        "resources",
                        Value.newBuilder()
                                .setListValue(ListValue.newBuilder()
                                        .addValues(Value.newBuilder().setStructValue(resource)))
                                .build())
                .build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static ListStringMatcher exactly(List<String> names) {
        ListStringMatcher.Builder matcher = ListStringMatcher.newBuilder();
        for (String name : names) {
            matcher.addPatterns(StringMatcher.newBuilder().setExact(name).setIgnoreCase(true));
        }
        return matcher.build();
    }
}
