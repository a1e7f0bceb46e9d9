package dev.gatehouse.controller.infrastructure;

import java.util.Set;

/**
 * How fleets are run, in addition to the settings in EnvoyProxies.
 *
 * @param namespace the controller's own namespace, which also has xds-svc and, without {@code gatewayNamespace}, the
 * fleets
 * @param gatewayNamespace true if a fleet runs in its Gateway's namespace
 * @param clusterDomain the cluster's DNS domain: "cluster.local"
 * @param proxyImage Envoy's image; its tag is used with an EnvoyProxy's {@code imageRepository}
 * @param shutdownManagerImage the image of the container that ends Envoy gracefully
 * @param xdsTls true if the proxies reach xds-svc by mutual TLS, with the certificate in the fleet's Secret
 */
public record InfrastructureSettings(
        String namespace,
        boolean gatewayNamespace,
        String clusterDomain,
        String proxyImage,
        String shutdownManagerImage,
        boolean xdsTls) {
    /** The Service that proxies connect to. It has Envoy Gateway's name, on which users' scripts rely. */
    public static final String XDS_SERVICE = "envoy-gateway";

    /** Its port for xDS. */
    public static final int XDS_PORT = 18000;

    /** A proxy's port for {@code /stats/prometheus}, unless its EnvoyProxy switches Prometheus off. */
    public static final int METRICS_PORT = 19001;

    /** The ports in a proxy's pod by which the proxy can be changed or ended: Envoy's admin page, and the shutdown manager. */
    public static final Set<Integer> PROXY_PORTS = Set.of(ProxyBootstrap.ADMIN_PORT, ProxyPod.SHUTDOWN_MANAGER_PORT);

    public InfrastructureSettings {
        if (namespace.isBlank() || clusterDomain.isBlank() || proxyImage.isBlank() || shutdownManagerImage.isBlank()) {
            throw new IllegalArgumentException("namespace \"" + namespace + "\", cluster domain \"" + clusterDomain
                    + "\", proxy image \"" + proxyImage + "\" and shutdown manager image \"" + shutdownManagerImage
                    + "\" must not be blank");
        }
    }

    /** The name of xds-svc in DNS, absolute. */
    String xdsHost() {
        return XDS_SERVICE + "." + namespace + ".svc." + clusterDomain + ".";
    }
}
