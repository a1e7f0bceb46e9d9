package dev.gatehouse.controller.backend;

import dev.gatehouse.controller.backend.ClusterSpec.Endpoints;
import dev.gatehouse.controller.backend.ClusterSpec.Protocol;
import dev.gatehouse.gatewayapi.Backend;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * The cluster of a service that is known only by its URI. The host is resolved by DNS, and an https host's certificate
 * is verified with the system's CAs.
 */
public record UriCluster(Backend.Endpoint endpoint, ClusterSpec spec) {
    /** Makes the cluster of {@code uri}, of scheme http or https. */
    public static UriCluster of(URI uri) {
        boolean tls = uri.getScheme().equalsIgnoreCase("https");
        int port = uri.getPort() > 0 ? uri.getPort() : tls ? 443 : 80;
        String host = uri.getHost().toLowerCase(Locale.ROOT);
        boolean v6 = host.startsWith("[");
        String address = v6 ? host.substring(1, host.length() - 1) : host;
        Backend.Endpoint endpoint = v6 || address.matches("[0-9.]+")
                ? new Backend.Endpoint.Ip(address, port)
                : new Backend.Endpoint.Fqdn(address, port);
        Optional<ClusterSpec.Tls> transport = tls
                ? Optional.of(ClusterSpec.Tls.of(new ClusterSpec.Trust.System(), address, List.of()))
                : Optional.empty();
        return new UriCluster(
                endpoint,
                new ClusterSpec(
                        "uri/" + (tls ? "https/" : "http/") + host + ":" + port,
                        new Endpoints.Listed(List.of(ClusterSpec.Place.of(endpoint, transport))),
                        Protocol.HTTP1));
    }
}
