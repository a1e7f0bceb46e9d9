package dev.gatehouse.envoyprocess;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The bootstrap of an Envoy that gets all else over delta ADS ({@code envoy.config.bootstrap.v3.Bootstrap}, as JSON).
 *
 * <p>Plain text rather than protobuf types: it is on the way to the first request, and is loaded by a real Envoy in the
 * tests. Listeners and clusters have no fetch timeout: an Envoy is ready when it has its
 * configuration, not 15 seconds after it got none.
 *
 * @param nodeId xDS node id, unique among the proxies of one xds-svc
 * @param cluster xDS node cluster: the fleet
 * @param xds an IP address and port of xds-svc
 * @param adminSocket where the admin page's Unix socket is made, which no backend's address and port leads to; empty: a free
 *     port of loopback
 * @param maxConnections downstream connections over which new ones are refused
 */
public record Bootstrap(
        String nodeId, String cluster, InetSocketAddress xds, Optional<Path> adminSocket, int maxConnections) {
    private static final int MAX_CONNECTIONS = 50_000;

    /** Mode 0600. */
    private static final int OWNER_ONLY = 0600;

    /** {@code sun_path} of macOS, the shortest, without its end mark. */
    private static final int MAX_SOCKET_PATH = 103;

    public Bootstrap {
        if (nodeId.isBlank() || cluster.isBlank()) {
            throw new IllegalArgumentException(
                    "node id \"" + nodeId + "\" and cluster \"" + cluster + "\" must not be blank");
        }
        if (xds.isUnresolved()) {
            throw new IllegalArgumentException("xDS address " + xds + " is a name; expected an IP address");
        }
        adminSocket.ifPresent(Bootstrap::checkLength);
        if (maxConnections < 1) {
            throw new IllegalArgumentException("max connections " + maxConnections + " is not positive");
        }
    }

    /** A proxy of {@code fleet} that is configured by {@code xds}, with the defaults for the rest. */
    public static Bootstrap of(String nodeId, String fleet, InetSocketAddress xds) {
        return new Bootstrap(nodeId, fleet, xds, Optional.empty(), MAX_CONNECTIONS);
    }

    public Bootstrap withAdminSocket(Path socket) {
        return new Bootstrap(nodeId, cluster, xds, Optional.of(socket), maxConnections);
    }

    public String json() {
        return """
            {
              "node": {"id": %s, "cluster": %s},
              "admin": {
                "address": %s,
                "ignore_global_conn_limit": true
              },
              "dynamic_resources": {
                "ads_config": {
                  "api_type": "DELTA_GRPC",
                  "transport_api_version": "V3",
                  "set_node_on_first_message_only": true,
                  "grpc_services": [{
                    "envoy_grpc": {
                      "cluster_name": "xds_cluster",
                      "retry_policy": {"retry_back_off": {"base_interval": "0.1s", "max_interval": "5s"}}
                    }
                  }]
                },
                "lds_config": {"ads": {}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"},
                "cds_config": {"ads": {}, "resource_api_version": "V3", "initial_fetch_timeout": "0s"}
              },
              "static_resources": {
                "clusters": [{
                  "name": "xds_cluster",
                  "type": "STATIC",
                  "connect_timeout": "2s",
                  "load_assignment": {
                    "cluster_name": "xds_cluster",
                    "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {
                      "socket_address": {"address": %s, "port_value": %d}}}}]}]
                  },
                  "typed_extension_protocol_options": {
                    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
                      "@type": "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
                      "explicit_http_config": {
                        "http2_protocol_options": {"connection_keepalive": {"interval": "30s", "timeout": "5s"}}
                      }
                    }
                  }
                }]
              },
              "stats_config": {"use_all_default_tags": true},
              "deferred_stat_options": {"enable_deferred_creation_stats": true},
              "overload_manager": {
                "resource_monitors": [{
                  "name": "envoy.resource_monitors.global_downstream_max_connections",
                  "typed_config": {
                    "@type": "type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
                    "max_active_downstream_connections": %d
                  }
                }]
              },
              "layered_runtime": {
                "layers": [{
                  "name": "global_config",
                  "static_layer": {
                    "re2.max_program_size.error_level": 4294967295,
                    "re2.max_program_size.warn_level": 1000
                  }
                }]
              }
            }
            """.formatted(
                        quoted(nodeId),
                        quoted(cluster),
                        adminAddress(),
                        quoted(xds.getAddress().getHostAddress()),
                        xds.getPort(),
                        maxConnections);
    }

    private String adminAddress() {
        return adminSocket
                .map(socket ->
                        "{\"pipe\": {\"path\": " + quoted(socket.toString()) + ", \"mode\": " + OWNER_ONLY + "}}")
                .orElse("{\"socket_address\": {\"address\": \"127.0.0.1\", \"port_value\": 0}}");
    }

    private static void checkLength(Path socket) {
        if (socket.toString().getBytes(StandardCharsets.UTF_8).length > MAX_SOCKET_PATH) {
            throw new IllegalArgumentException("the socket of Envoy's admin page would be " + socket
                    + ", which is too long for a Unix socket (expected: at most " + MAX_SOCKET_PATH
                    + " bytes; TMPDIR names another folder)");
        }
    }

    private static String quoted(String text) {
        StringBuilder out = new StringBuilder(text.length() + 2).append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.append('\\').append(c);
            } else if (c < 0x20) {
                out.append(String.format("\\u%04x", (int) c));
            } else {
                out.append(c);
            }
        }
        return out.append('"').toString();
    }
}
