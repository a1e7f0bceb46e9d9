package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.access.AccessPolicy;
import dev.gatehouse.gatewayapi.client.ClientTrafficPolicy;
import dev.gatehouse.gatewayapi.extension.ExtensionSettings;
import dev.gatehouse.gatewayapi.security.SecuritySettings;
import dev.gatehouse.gatewayapi.security.SsoPolicy;
import dev.gatehouse.gatewayapi.traffic.TrafficSettings;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The kinds that Gatehouse reads. */
public final class Kinds {
    /** Gateway API's group. */
    public static final String GATEWAY_GROUP = "gateway.networking.k8s.io";

    /** Envoy Gateway's group. */
    public static final String ENVOY_GATEWAY_GROUP = "gateway.envoyproxy.io";

    /** Gatehouse's own group. */
    public static final String GATEHOUSE_GROUP = "gatehouse.dev";

    public static final Kind<GatewayClass> GATEWAY_CLASS =
            new Kind<>(GATEWAY_GROUP, List.of("v1", "v1beta1"), "GatewayClass", false, spec(GatewayClass::read));
    public static final Kind<Gateway> GATEWAY = gatewayApi("Gateway", Gateway::read);
    public static final Kind<ListenerSet> LISTENER_SET = gatewayApi("ListenerSet", ListenerSet::read);
    public static final Kind<HttpRoute> HTTP_ROUTE = gatewayApi("HTTPRoute", HttpRoute::read);
    public static final Kind<GrpcRoute> GRPC_ROUTE = gatewayApi("GRPCRoute", GrpcRoute::read);
    public static final Kind<TlsRoute> TLS_ROUTE = gatewayApi("TLSRoute", TlsRoute::read);
    public static final Kind<L4Route> TCP_ROUTE = gatewayApi("TCPRoute", L4Route::read);
    public static final Kind<L4Route> UDP_ROUTE = gatewayApi("UDPRoute", L4Route::read);
    public static final Kind<ReferenceGrant> REFERENCE_GRANT = gatewayApi("ReferenceGrant", ReferenceGrant::read);
    public static final Kind<BackendTlsPolicy> BACKEND_TLS_POLICY =
            gatewayApi("BackendTLSPolicy", BackendTlsPolicy::read);

    public static final Kind<XBackendTrafficPolicy> X_BACKEND_TRAFFIC_POLICY = new Kind<>(
            "gateway.networking.x-k8s.io",
            List.of("v1alpha1"),
            "XBackendTrafficPolicy",
            true,
            spec(XBackendTrafficPolicy::read));

    public static final Kind<Service> SERVICE = core("Service", true, Service::read);
    public static final Kind<Secret> SECRET = core("Secret", true, Secret::read);
    public static final Kind<ConfigMap> CONFIG_MAP = core("ConfigMap", true, ConfigMap::read);
    public static final Kind<Namespace> NAMESPACE = core("Namespace", false, Namespace::read);
    public static final Kind<ClusterNode> NODE = core("Node", false, ClusterNode::read);
    public static final Kind<ServiceImport> SERVICE_IMPORT = new Kind<>(
            "multicluster.x-k8s.io", List.of("v1beta1", "v1alpha1"), "ServiceImport", true, ServiceImport::read);
    public static final Kind<ClusterTrustBundle> CLUSTER_TRUST_BUNDLE = new Kind<>(
            "certificates.k8s.io",
            List.of("v1", "v1beta1", "v1alpha1"),
            "ClusterTrustBundle",
            false,
            spec(ClusterTrustBundle::read));
    public static final Kind<EndpointSlice> ENDPOINT_SLICE =
            new Kind<>("discovery.k8s.io", List.of("v1"), "EndpointSlice", true, EndpointSlice::read);

    public static final Kind<Backend> BACKEND = envoyGateway("Backend", Backend::read);
    public static final Kind<HttpRouteFilter> HTTP_ROUTE_FILTER =
            envoyGateway("HTTPRouteFilter", HttpRouteFilter::read);
    public static final Kind<Policy<TrafficSettings>> BACKEND_TRAFFIC_POLICY = envoyGateway(
            "BackendTrafficPolicy", f -> Policy.read(f, TrafficSettings::read, Map.of("compression", "compressor")));
    public static final Kind<Policy<SecuritySettings>> SECURITY_POLICY =
            envoyGateway("SecurityPolicy", f -> Policy.read(f, SecuritySettings::read, Map.of()));

    public static final Kind<ClientTrafficPolicy> CLIENT_TRAFFIC_POLICY =
            envoyGateway("ClientTrafficPolicy", ClientTrafficPolicy::read);
    public static final Kind<Policy<ExtensionSettings>> ENVOY_EXTENSION_POLICY =
            envoyGateway("EnvoyExtensionPolicy", f -> Policy.read(f, ExtensionSettings::read, Map.of()));
    public static final Kind<EnvoyPatchPolicy> ENVOY_PATCH_POLICY =
            envoyGateway("EnvoyPatchPolicy", EnvoyPatchPolicy::read);

    public static final Kind<EnvoyProxy> ENVOY_PROXY =
            new Kind<>(ENVOY_GATEWAY_GROUP, List.of("v1alpha1"), "EnvoyProxy", true, EnvoyProxy::read);

    public static final Kind<WafPolicy> WAF_POLICY =
            new Kind<>(GATEHOUSE_GROUP, List.of("v1alpha1"), "WAFPolicy", true, spec(WafPolicy::read));

    public static final Kind<SsoPolicy> SSO_POLICY =
            new Kind<>(GATEHOUSE_GROUP, List.of("v1alpha1"), "SSOPolicy", true, spec(SsoPolicy::read));

    public static final Kind<AccessPolicy> ACCESS_POLICY =
            new Kind<>(GATEHOUSE_GROUP, List.of("v1alpha1"), "AccessPolicy", true, spec(AccessPolicy::read));

    /** All kinds, in the best order for people who read them: kinds that others refer to come first. */
    public static final List<Kind<?>> ALL = List.of(
            NAMESPACE,
            ENVOY_PROXY,
            GATEWAY_CLASS,
            GATEWAY,
            LISTENER_SET,
            HTTP_ROUTE,
            GRPC_ROUTE,
            TLS_ROUTE,
            TCP_ROUTE,
            UDP_ROUTE,
            REFERENCE_GRANT,
            BACKEND_TLS_POLICY,
            X_BACKEND_TRAFFIC_POLICY,
            NODE,
            SERVICE,
            SERVICE_IMPORT,
            ENDPOINT_SLICE,
            SECRET,
            CONFIG_MAP,
            CLUSTER_TRUST_BUNDLE,
            BACKEND,
            HTTP_ROUTE_FILTER,
            BACKEND_TRAFFIC_POLICY,
            SECURITY_POLICY,
            CLIENT_TRAFFIC_POLICY,
            ENVOY_EXTENSION_POLICY,
            ENVOY_PATCH_POLICY,
            WAF_POLICY,
            SSO_POLICY,
            ACCESS_POLICY);

    private Kinds() {}

    /** The kind with that group and name. */
    public static Optional<Kind<?>> find(String group, String name) {
        return ALL.stream()
                .filter(kind -> kind.group().equals(group) && kind.name().equals(name))
                .findFirst();
    }

    /** An extension server's kind for filters and backends of routes. */
    public static Kind<ExtensionObject> ofExtension(String group, String version, String name) {
        return new Kind<>(group, List.of(version), name, true, ExtensionObject::resource);
    }

    /** An extension server's policy kind. */
    public static Kind<ExtensionObject> policyOfExtension(String group, String version, String name) {
        return new Kind<>(group, List.of(version), name, true, ExtensionObject::policy);
    }

    private static <S> Kind<S> gatewayApi(String name, Function<Fields, S> reader) {
        return new Kind<>(GATEWAY_GROUP, List.of("v1", "v1beta1", "v1alpha3", "v1alpha2"), name, true, spec(reader));
    }

    private static <S> Kind<S> envoyGateway(String name, Function<Fields, S> reader) {
        return new Kind<>(ENVOY_GATEWAY_GROUP, List.of("v1alpha1"), name, true, spec(reader));
    }

    private static <S> Kind<S> core(String name, boolean namespaced, Function<Fields, S> body) {
        return new Kind<>("", List.of("v1"), name, namespaced, body);
    }

    private static <S> Function<Fields, S> spec(Function<Fields, S> reader) {
        return fields -> fields.requiredObject("spec", reader);
    }
}
