package dev.gatehouse.controller.infrastructure;

import dev.gatehouse.controller.backend.TelemetryClusters;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.BootstrapChange;
import dev.gatehouse.gatewayapi.EnvoyProxySpec.IpFamily;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.merge.PatchFailure;
import dev.gatehouse.gatewayapi.yaml.Trees;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import dev.gatehouse.identity.ProcessName;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The bootstrap of a proxy on Kubernetes ({@code envoy.config.bootstrap.v3.Bootstrap}): all configuration by delta ADS
 * from xds-svc, the admin page on loopback, metrics on port 19001 and readiness on 19003. The readiness listener
 * answers once Envoy has its first configuration, since Envoy then opens its listeners. It stops answering when Envoy's
 * health check fails, since Envoy is then draining.
 *
 * @param metrics the statistics that the proxies keep, and their sinks
 * @param maxHeapBytes the heap limit, from the container's memory limit; near it Envoy frees memory, then refuses
 * requests
 */
record ProxyBootstrap(
        InfrastructureSettings settings, IpFamily ipFamily, ProxyTelemetry.Metrics metrics, OptionalLong maxHeapBytes) {
    static final int ADMIN_PORT = 19000;
    static final int READINESS_PORT = 19003;
    static final String READINESS_PATH = "/ready";

    /** The name of the cluster by which proxies reach xds-svc. */
    static final String XDS_CLUSTER = "xds_cluster";

    /** The name of the listener that the probes of the pods call. */
    static final String READINESS = "envoy-gateway-proxy-ready";

    private static final String BASE = """
        node:
          locality: {zone: $(ENVOY_SERVICE_ZONE)}
        admin:
          address:
            socket_address: {address: 127.0.0.1, port_value: %d}
          ignore_global_conn_limit: true
        cluster_manager: {local_cluster_name: %s}
        deferred_stat_options: {enable_deferred_creation_stats: true}
        stats_config:
          use_all_default_tags: true
          stats_tags:
          - {tag_name: from_zone, regex: '\\.zone(\\.(([^\\.]+)\\.))'}
          - {tag_name: to_zone, regex: '\\.zone\\.[^\\.]+\\.(([^\\.]+)\\.)'}
          - {tag_name: priority, regex: 'circuit_breakers\\.((.+?)\\.).+'}
        layered_runtime:
          layers:
          - name: global_config
            static_layer:
              re2.max_program_size.error_level: 4294967295
              re2.max_program_size.warn_level: 1000
        dynamic_resources:
          ads_config:
            api_type: DELTA_GRPC
            transport_api_version: V3
            set_node_on_first_message_only: true
            grpc_services:
            - envoy_grpc: {cluster_name: xds_cluster}
          lds_config: {ads: {}, initial_fetch_timeout: 0s, resource_api_version: V3}
          cds_config: {ads: {}, initial_fetch_timeout: 0s, resource_api_version: V3}
        """;

    private static final String READINESS_LISTENER = """
        name: envoy-gateway-proxy-ready
        address:
          socket_address: {address: "%s", port_value: %d, ipv4_compat: %s}
        bypass_overload_manager: true
        filter_chains:
        - filters:
          - name: envoy.filters.network.http_connection_manager
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
              stat_prefix: eg-ready-http
              route_config: {name: ready_route}
              http_filters:
              - name: envoy.filters.http.health_check
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.http.health_check.v3.HealthCheck
                  pass_through_mode: false
                  headers:
                  - {name: ":path", string_match: {exact: %s}}
              - name: envoy.filters.http.router
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
        """;

    private static final String METRICS_LISTENER = """
        name: envoy-gateway-proxy-stats
        address:
          socket_address: {address: "%s", port_value: %d, ipv4_compat: %s}
        bypass_overload_manager: true
        filter_chains:
        - filters:
          - name: envoy.filters.network.http_connection_manager
            typed_config:
              "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
              stat_prefix: eg-stats-http
              normalize_path: true
              route_config:
                name: local_route
                virtual_hosts:
                - name: prometheus_stats
                  domains: ["*"]
                  routes:
                  - match:
                      path: /stats/prometheus
                      headers:
                      - {name: ":method", string_match: {exact: GET}}
                    route: {cluster: prometheus_stats}
              http_filters:
              %s
              - name: envoy.filters.http.router
                typed_config:
                  "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router
        """;

    private static final String COMPRESSOR = """
        - {name: envoy.filters.http.compressor, typed_config: {"@type": type.googleapis.com/envoy.extensions.filters.http.compressor.v3.Compressor, \
        %s\
        compressor_library: {name: %s, typed_config: {"@type": type.googleapis.com/envoy.extensions.compression.%s.compressor.v3.%s}}}}""";

    private static final String METRICS_CLUSTER = """
        name: prometheus_stats
        connect_timeout: 0.250s
        type: STATIC
        load_assignment:
          cluster_name: prometheus_stats
          endpoints:
          - lb_endpoints:
            - endpoint:
                address:
                  socket_address: {address: 127.0.0.1, port_value: %d}
        """;

    /** The cluster of the fleet's own proxies, whose zones Envoy compares with the zones of a backend's endpoints. */
    private static final String LOCAL_CLUSTER = """
        name: %s
        type: EDS
        connect_timeout: 10s
        eds_cluster_config:
          eds_config: {ads: {}, resource_api_version: V3}
        """;

    private static final String XDS = """
        name: xds_cluster
        type: STRICT_DNS
        connect_timeout: 10s
        load_assignment:
          cluster_name: xds_cluster
          endpoints:
          - load_balancing_weight: 1
            lb_endpoints:
            - load_balancing_weight: 1
              endpoint:
                address:
                  socket_address: {address: "%s", port_value: %d}
        typed_extension_protocol_options:
          envoy.extensions.upstreams.http.v3.HttpProtocolOptions:
            "@type": type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions
            explicit_http_config:
              http2_protocol_options:
                connection_keepalive: {interval: 30s, timeout: 5s}
        """;

    private static final String XDS_TLS = """
        name: envoy.transport_sockets.tls
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext
          common_tls_context:
            tls_params: {tls_minimum_protocol_version: TLSv1_2, tls_maximum_protocol_version: TLSv1_3}
            tls_certificate_sds_secret_configs:
            - name: %s
              sds_config:
                path_config_source: {path: %s}
                resource_api_version: V3
            combined_validation_context:
              default_validation_context:
                match_typed_subject_alt_names:
                - san_type: URI
                  matcher: {exact: "%s"}
              validation_context_sds_secret_config:
                name: %s
                sds_config:
                  path_config_source: {path: %s}
                  resource_api_version: V3
        """.formatted(
                    ProxyFiles.CERTIFICATE,
                    ProxyFiles.CERTIFICATE_PATH,
                    new ProcessName.Service("xds-svc"),
                    ProxyFiles.TRUSTED_CA,
                    ProxyFiles.TRUSTED_CA_PATH);

    private static final String METRICS_SINK = """
        name: envoy.stat_sinks.open_telemetry
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.stat_sinks.open_telemetry.v3.SinkConfig
          grpc_service:
            envoy_grpc: {cluster_name: "%s"}
          report_counters_as_deltas: %s
          report_histograms_as_deltas: %s
        """;

    /**
     * A sink needs a cluster from the start. This static cluster stands in for the backend's cluster, which arrives
     * with the configuration.
     */
    private static final String METRICS_SINK_CLUSTER = """
        name: "%s"
        connect_timeout: 5s
        lb_policy: CLUSTER_PROVIDED
        cluster_type:
          name: envoy.clusters.aggregate
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.clusters.aggregate.v3.ClusterConfig
            clusters: ["%s"]
        """;

    private static final String OVERLOAD = """
        refresh_interval: 0.25s
        resource_monitors:
        - name: envoy.resource_monitors.global_downstream_max_connections
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig
            max_active_downstream_connections: 50000
        """;

    private static final String OVERLOAD_WITH_HEAP = OVERLOAD + """
        - name: envoy.resource_monitors.fixed_heap
          typed_config:
            "@type": type.googleapis.com/envoy.extensions.resource_monitors.fixed_heap.v3.FixedHeapConfig
            max_heap_size_bytes: %d
        actions:
        - name: envoy.overload_actions.shrink_heap
          triggers:
          - name: envoy.resource_monitors.fixed_heap
            threshold: {value: 0.95}
        - name: envoy.overload_actions.stop_accepting_requests
          triggers:
          - name: envoy.resource_monitors.fixed_heap
            threshold: {value: 0.98}
        """;

    private static String compressor(ProxyTelemetry.Compression compression) {
        String type = compression.type().name();
        String name = type.toLowerCase(Locale.ROOT);
        String length = compression.minContentLength().isEmpty()
                ? ""
                : "response_direction_config: {common_config: {min_content_length: "
                        + compression.minContentLength().getAsInt() + "}}, ";
        return COMPRESSOR.formatted(length, name, name, type);
    }

    /** The bootstrap without an EnvoyProxy's change. */
    Map<String, Object> tree() {
        boolean ipv4 = ipFamily == IpFamily.IPv4;
        String address = ipv4 ? "0.0.0.0" : "::";
        List<Object> listeners = new ArrayList<>();
        List<Object> clusters = new ArrayList<>();
        if (metrics.prometheus()) {
            listeners.add(parse(METRICS_LISTENER.formatted(
                    address,
                    InfrastructureSettings.METRICS_PORT,
                    !ipv4,
                    metrics.compression().map(ProxyBootstrap::compressor).orElse(""))));
            clusters.add(parse(METRICS_CLUSTER.formatted(ADMIN_PORT)));
        }
        listeners.add(parse(READINESS_LISTENER.formatted(address, READINESS_PORT, !ipv4, READINESS_PATH)));
        Map<String, Object> xds =
                new LinkedHashMap<>(parse(XDS.formatted(settings.xdsHost(), InfrastructureSettings.XDS_PORT)));
        if (settings.xdsTls()) {
            xds.put("transport_socket", parse(XDS_TLS));
        }
        Map<String, Object> tree = new LinkedHashMap<>(parse(BASE.formatted(ADMIN_PORT, LocalCluster.NAME)));
        // The clusters stand in Envoy Gateway's order, as JSONPatches of an EnvoyProxy name them by index.
        putMetrics(tree, clusters, metrics);
        clusters.add(parse(LOCAL_CLUSTER.formatted(LocalCluster.NAME)));
        clusters.add(xds);
        // The order is fixed, since a different text would restart the fleet's pods.
        Map<String, Object> resources = new LinkedHashMap<>();
        resources.put("listeners", listeners);
        resources.put("clusters", clusters);
        tree.put("static_resources", resources);
        tree.put(
                "overload_manager",
                parse(maxHeapBytes.isPresent() ? OVERLOAD_WITH_HEAP.formatted(maxHeapBytes.getAsLong()) : OVERLOAD));
        return tree;
    }

    /**
     * Sets which statistics are kept, and where they are sent.
     *
     * @param tree a bootstrap
     * @param clusters its static clusters; those of the sinks are added
     */
    static void putMetrics(Map<String, Object> tree, List<Object> clusters, ProxyTelemetry.Metrics metrics) {
        List<Object> sinks = sinks(clusters, metrics);
        if (!sinks.isEmpty()) {
            tree.put("stats_sinks", sinks);
        }
        if (tree.get("stats_config") instanceof Map<?, ?> stats) {
            Map<String, Object> config = new LinkedHashMap<>();
            stats.forEach((name, value) -> config.put(String.valueOf(name), value));
            List<Object> patterns = metrics.matches().isEmpty()
                    ? ProxyStats.patterns(metrics)
                    : Stream.<Object>concat(
                                    metrics.matches().stream().map(ProxyBootstrap::pattern),
                                    ProxyStats.ofDrain().stream())
                            .toList();
            config.put("stats_matcher", Map.of("inclusion_list", Map.of("patterns", patterns)));
            if (metrics.matches().isEmpty()) {
                config.put("histogram_bucket_settings", ProxyStats.buckets());
            }
            tree.put("stats_config", config);
        }
    }

    /** The sinks of metrics. Adds their clusters, which must exist before any configuration arrives. */
    private static List<Object> sinks(List<Object> clusters, ProxyTelemetry.Metrics metrics) {
        List<Object> sinks = new ArrayList<>();
        for (int i = 0; i < metrics.sinks().size(); i++) {
            ProxyTelemetry.MetricsSink sink = metrics.sinks().get(i);
            String name = "metrics_sink_" + i;
            clusters.add(parse(METRICS_SINK_CLUSTER.formatted(name, TelemetryClusters.metrics(i))));
            sinks.add(sink(sink, name));
        }
        return sinks;
    }

    private static Map<String, Object> sink(ProxyTelemetry.MetricsSink sink, String cluster) {
        Map<String, Object> tree = new LinkedHashMap<>(
                parse(METRICS_SINK.formatted(cluster, sink.countersAsDeltas(), sink.histogramsAsDeltas())));
        if (tree.get("typed_config") instanceof Map<?, ?> typed) {
            Map<String, Object> config = new LinkedHashMap<>();
            typed.forEach((name, value) -> config.put(String.valueOf(name), value));
            if (!sink.headers().isEmpty()) {
                Map<String, Object> service = new LinkedHashMap<>();
                service.put("envoy_grpc", Map.of("cluster_name", cluster));
                service.put(
                        "initial_metadata",
                        new TreeMap<>(sink.headers())
                                .entrySet().stream()
                                        .map(header -> ordered("key", header.getKey(), "value", header.getValue()))
                                        .toList());
                config.put("grpc_service", service);
            }
            if (!sink.resourceAttributes().isEmpty()) {
                Map<String, Object> detector = new LinkedHashMap<>();
                detector.put("name", "envoy.tracers.opentelemetry.resource_detectors.static_config");
                detector.put(
                        "typed_config",
                        ordered(
                                "@type",
                                "type.googleapis.com/envoy.extensions.tracers.opentelemetry.resource_detectors.v3"
                                        + ".StaticConfigResourceDetectorConfig",
                                "attributes",
                                new TreeMap<>(sink.resourceAttributes())));
                config.put("resource_detectors", List.of(detector));
            }
            tree.put("typed_config", config);
        }
        return tree;
    }

    private static Map<String, Object> ordered(String first, Object one, String second, Object two) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put(first, one);
        tree.put(second, two);
        return tree;
    }

    private static Map<String, Object> pattern(ProxyTelemetry.NameMatch match) {
        return switch (match.type()) {
            case Exact -> Map.of("exact", match.value());
            case Prefix -> Map.of("prefix", match.value());
            case Suffix -> Map.of("suffix", match.value());
            case RegularExpression -> Map.of("safe_regex", Map.of("regex", match.value()));
        };
    }

    /**
     * The bootstrap with an EnvoyProxy's change, as JSON.
     *
     * @throws PatchFailure if the change cannot be applied, or would disconnect the proxy from xds-svc
     */
    String json(@Nullable BootstrapChange change) throws PatchFailure {
        Map<String, Object> base = tree();
        return new JsonObject(
                        change == null
                                ? base
                                : new ChangedBootstrap(base, ChangedBootstrap.xdsNames(settings)).tree(change))
                .encode();
    }

    /** The SDS files by which the proxy finds its certificate and loads a renewed one. */
    static Map<String, String> sdsFiles() {
        return Map.of(
                ProxyFiles.CERTIFICATE_FILE,
                secret(ProxyFiles.CERTIFICATE, """
                        "tls_certificate":{"certificate_chain":{"filename":"/certs/tls.crt"},\
                        "private_key":{"filename":"/certs/tls.key"},"watched_directory":{"path":"/certs"}}"""),
                ProxyFiles.TRUSTED_CA_FILE,
                secret(ProxyFiles.TRUSTED_CA, """
                        "validation_context":{"trusted_ca":{"filename":"/certs/ca.crt"},\
                        "watched_directory":{"path":"/certs"}}"""));
    }

    private static String secret(String name, String content) {
        return """
            {"resources":[{"@type":"type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",\
            "name":"%s",%s}]}""".formatted(name, content);
    }

    private static Map<String, Object> parse(String yaml) {
        YamlDocuments documents = YamlDocuments.read("bootstrap", yaml);
        if (documents.documents().size() != 1) {
            throw new IllegalStateException("the bootstrap is not one document: " + documents.problems());
        }
        return Trees.of(documents.documents().getFirst());
    }
}
