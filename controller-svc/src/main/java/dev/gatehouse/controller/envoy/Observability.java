package dev.gatehouse.controller.envoy;

import com.google.protobuf.BoolValue;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gatehouse.api.envoy.v1.ConnectionTracingFields;
import dev.gatehouse.api.envoy.v1.CustomTagFields;
import dev.gatehouse.controller.backend.TelemetryClusters.Collector;
import dev.gatehouse.controller.gateway.LogFormats;
import dev.gatehouse.controller.proto.NewerFields;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import dev.gatehouse.gatewayapi.ProxyTelemetry.AccessLogType;
import dev.gatehouse.gatewayapi.ProxyTelemetry.Destination;
import dev.gatehouse.gatewayapi.ProxyTelemetry.Fraction;
import dev.gatehouse.gatewayapi.ProxyTelemetry.Provider;
import dev.gatehouse.gatewayapi.ProxyTelemetry.Sampler;
import dev.gatehouse.gatewayapi.ProxyTelemetry.SamplerType;
import dev.gatehouse.gatewayapi.ProxyTelemetry.Sink;
import dev.gatehouse.gatewayapi.ProxyTelemetry.Tag;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.AndFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ExtensionFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ResponseFlagFilter;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.config.core.v3.HttpService;
import io.envoyproxy.envoy.config.core.v3.HttpUri;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.config.trace.v3.DatadogConfig;
import io.envoyproxy.envoy.config.trace.v3.OpenTelemetryConfig;
import io.envoyproxy.envoy.config.trace.v3.Tracing;
import io.envoyproxy.envoy.config.trace.v3.ZipkinConfig;
import io.envoyproxy.envoy.extensions.access_loggers.file.v3.FileAccessLog;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.open_telemetry.v3.OpenTelemetryAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.RequestIDExtension;
import io.envoyproxy.envoy.extensions.request_id.uuid.v3.UuidRequestIdConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.resource_detectors.v3.StaticConfigResourceDetectorConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.samplers.v3.AlwaysOnSamplerConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.samplers.v3.ParentBasedSamplerConfig;
import io.envoyproxy.envoy.extensions.tracers.opentelemetry.samplers.v3.TraceIdRatioBasedSamplerConfig;
import io.envoyproxy.envoy.type.tracing.v3.CustomTag;
import io.envoyproxy.envoy.type.v3.FractionalPercent;
import io.envoyproxy.envoy.type.v3.Percent;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.common.v1.KeyValueList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Makes Envoy's configuration of a fleet's access logs and traces.
 *
 * <p>Logs and traces for an unresolved backend are left out, since Envoy would refuse the whole listener.
 */
final class Observability {
    private static final String NO_ROUTE = "NR";
    private static final int MILLION = 1_000_000;

    /** The time limit of an export of spans by HTTP. */
    private static final com.google.protobuf.Duration SPANS_AT_MOST =
            com.google.protobuf.Duration.newBuilder().setSeconds(10).build();

    /** The default fields of a log line. They are Envoy Gateway's, on which its users' dashboards and queries rely. */
    private static final Map<String, String> FIELDS = Map.ofEntries(
            Map.entry("start_time", "%START_TIME%"),
            Map.entry("method", "%REQ(:METHOD)%"),
            Map.entry("x-envoy-origin-path", "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"),
            Map.entry("protocol", "%PROTOCOL%"),
            Map.entry("response_code", "%RESPONSE_CODE%"),
            Map.entry("response_flags", "%RESPONSE_FLAGS%"),
            Map.entry("response_code_details", "%RESPONSE_CODE_DETAILS%"),
            Map.entry("connection_termination_details", "%CONNECTION_TERMINATION_DETAILS%"),
            Map.entry("upstream_transport_failure_reason", "%UPSTREAM_TRANSPORT_FAILURE_REASON%"),
            Map.entry("bytes_received", "%BYTES_RECEIVED%"),
            Map.entry("bytes_sent", "%BYTES_SENT%"),
            Map.entry("duration", "%DURATION%"),
            Map.entry("x-envoy-upstream-service-time", "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%"),
            Map.entry("x-forwarded-for", "%REQ(X-FORWARDED-FOR)%"),
            Map.entry("user-agent", "%REQ(USER-AGENT)%"),
            Map.entry("x-request-id", "%REQ(X-REQUEST-ID)%"),
            Map.entry(":authority", "%REQ(:AUTHORITY)%"),
            Map.entry("upstream_host", "%UPSTREAM_HOST%"),
            Map.entry("upstream_cluster", "%UPSTREAM_CLUSTER%"),
            Map.entry("upstream_local_address", "%UPSTREAM_LOCAL_ADDRESS%"),
            Map.entry("downstream_local_address", "%DOWNSTREAM_LOCAL_ADDRESS%"),
            Map.entry("downstream_remote_address", "%DOWNSTREAM_REMOTE_ADDRESS%"),
            Map.entry("requested_server_name", "%REQUESTED_SERVER_NAME%"),
            Map.entry("route_name", "%ROUTE_NAME%"));

    /** The pod that wrote a line, as attributes of logs to a collector, which gets the lines of all pods. */
    private static final Map<String, String> POD = Map.of(
            "k8s.namespace.name", "%ENVIRONMENT(ENVOY_POD_NAMESPACE)%",
            "k8s.pod.name", "%ENVIRONMENT(ENVOY_POD_NAME)%");

    /** Gatehouse's own fields of a request. A field without a value is null. */
    private static final Map<String, String> OF_REQUESTS = Map.of(
            "trace_id",
            "%TRACE_ID%",
            // The WAF's findings.
            "waf",
            "%DYNAMIC_METADATA(gatehouse.waf)%",
            // The global limits that the request exceeded.
            "limit",
            "%DYNAMIC_METADATA(envoy.filters.http.ratelimit)%",
            // The request's user, if authz-svc identified one.
            "subject",
            "%DYNAMIC_METADATA(envoy.filters.http.ext_authz:gatehouse.subject)%",
            // The outcome of authorization rules in a dry run: "allowed" or "denied".
            "dry_run",
            "%DYNAMIC_METADATA(envoy.filters.http.rbac:shadow_engine_result)%");

    private final ProxyTelemetry telemetry;
    private final String fleet;
    private final Function<Destination, Optional<Collector>> clusters;

    /** @param fleet the fleet's name, from which the service name in traces is made */
    Observability(ListenerResources.Telemetry telemetry, String fleet) {
        this.telemetry = telemetry.settings();
        this.fleet = fleet;
        clusters = telemetry.collectors();
    }

    /** The access logs of requests, for an HTTP connection manager. */
    List<AccessLog> requests() {
        return logs(AccessLogType.Route, OF_REQUESTS);
    }

    /** The access logs of connections of TCP, TLS and UDP routes. */
    List<AccessLog> connections() {
        return logs(AccessLogType.Route, Map.of());
    }

    /** The access logs of connections that end without a route, for a listener. */
    List<AccessLog> listener() {
        if (telemetry.accessLogs().isEmpty()) {
            return List.of();
        }
        return logs(AccessLogType.Listener, Map.of());
    }

    /** The access logs of requests to backends, for a router. */
    List<AccessLog> upstream() {
        if (telemetry.accessLogs().isEmpty()) {
            return List.of();
        }
        return logs(AccessLogType.Upstream, Map.of());
    }

    /** @param more fields that only these lines have */
    private List<AccessLog> logs(AccessLogType type, Map<String, String> more) {
        if (telemetry.accessLogDisabled()) {
            return List.of();
        }
        Map<String, String> all = new TreeMap<>(FIELDS);
        all.putAll(more);
        if (telemetry.accessLogs().isEmpty()) {
            return List.of(AccessLog.newBuilder()
                    .setName("envoy.access_loggers.stdout")
                    .setTypedConfig(Protos.any(StdoutAccessLog.newBuilder()
                            .setLogFormat(format(new ProxyTelemetry.Format.Json(all)))
                            .build()))
                    .build());
        }
        List<AccessLog> logs = new ArrayList<>();
        for (ProxyTelemetry.AccessLog setting : telemetry.accessLogs()) {
            if (LogFormats.problem(setting).isPresent()) {
                continue;
            }
            // A log without a type gets the lines of routes, and the lines of requests and connections without a route.
            boolean wanted = setting.type()
                    .map(type::equals)
                    .orElse(type == AccessLogType.Route || type == AccessLogType.Listener);
            if (wanted) {
                ProxyTelemetry.Format format = setting.format().orElse(new ProxyTelemetry.Format.Json(all));
                for (Sink sink : setting.sinks()) {
                    sink(sink, format).ifPresent(log -> {
                        filter(setting, type).ifPresent(log::setFilter);
                        logs.add(log.build());
                    });
                }
            }
        }
        return logs;
    }

    private static Optional<AccessLogFilter> filter(ProxyTelemetry.AccessLog setting, AccessLogType type) {
        List<AccessLogFilter> filters = new ArrayList<>();
        if (type == AccessLogType.Listener && setting.type().isEmpty()) {
            filters.add(AccessLogFilter.newBuilder()
                    .setResponseFlagFilter(ResponseFlagFilter.newBuilder().addFlags(NO_ROUTE))
                    .build());
        }
        for (String expression : setting.matches()) {
            filters.add(AccessLogFilter.newBuilder()
                    .setExtensionFilter(ExtensionFilter.newBuilder()
                            .setName("envoy.access_loggers.extension_filters.cel")
                            .setTypedConfig(Protos.any(ExpressionFilter.newBuilder()
                                    .setExpression(expression)
                                    .build())))
                    .build());
        }
        if (filters.size() > 1) {
            return Optional.of(AccessLogFilter.newBuilder()
                    .setAndFilter(AndFilter.newBuilder().addAllFilters(filters))
                    .build());
        }
        return filters.stream().findFirst();
    }

    private Optional<AccessLog.Builder> sink(Sink sink, ProxyTelemetry.Format format) {
        return switch (sink) {
            case Sink.File file ->
                Optional.of(log(
                        "envoy.access_loggers.file",
                        FileAccessLog.newBuilder()
                                .setPath(file.path())
                                .setLogFormat(format(format))
                                .build()));
            case Sink.AccessLogService service ->
                clusters.apply(service.destination()).map(cluster -> accessLogService(service, cluster));
            case Sink.OpenTelemetry collector ->
                clusters.apply(collector.destination()).map(cluster -> openTelemetry(collector, cluster, format));
        };
    }

    private AccessLog.Builder accessLogService(Sink.AccessLogService service, Collector cluster) {
        CommonGrpcAccessLogConfig common = CommonGrpcAccessLogConfig.newBuilder()
                .setLogName(service.logName().orElse(fleet))
                .setTransportApiVersion(ApiVersion.V3)
                .setGrpcService(grpc(cluster, Map.of()))
                .build();
        return service.tcp()
                ? log(
                        "envoy.access_loggers.tcp_grpc",
                        TcpGrpcAccessLogConfig.newBuilder()
                                .setCommonConfig(common)
                                .build())
                : log(
                        "envoy.access_loggers.http_grpc",
                        HttpGrpcAccessLogConfig.newBuilder()
                                .setCommonConfig(common)
                                .addAllAdditionalRequestHeadersToLog(service.requestHeaders())
                                .addAllAdditionalResponseHeadersToLog(service.responseHeaders())
                                .addAllAdditionalResponseTrailersToLog(service.responseTrailers())
                                .build());
    }

    private AccessLog.Builder openTelemetry(
            Sink.OpenTelemetry collector, Collector cluster, ProxyTelemetry.Format format) {
        Map<String, String> attributes = new TreeMap<>(POD);
        OpenTelemetryAccessLogConfig.Builder config = OpenTelemetryAccessLogConfig.newBuilder()
                .setCommonConfig(CommonGrpcAccessLogConfig.newBuilder()
                        .setLogName(fleet)
                        .setTransportApiVersion(ApiVersion.V3)
                        .setGrpcService(grpc(cluster, collector.headers())));
        switch (format) {
            case ProxyTelemetry.Format.Text text -> config.setBody(value(text.text()));
            case ProxyTelemetry.Format.Json json -> attributes.putAll(json.fields());
            case ProxyTelemetry.Format.TextAndJson both -> {
                config.setBody(value(both.text()));
                attributes.putAll(both.fields());
            }
        }
        config.setAttributes(values(attributes));
        // As traces name it: stores of logs group by it.
        Map<String, String> resource = new TreeMap<>(Map.of("service.name", serviceName()));
        resource.putAll(collector.resourceAttributes());
        config.setResourceAttributes(values(resource));
        return log("envoy.access_loggers.open_telemetry", config.build());
    }

    /** The service name: "gateway.namespace" for a Gateway's fleet, the class's name for a class that merges its Gateways. */
    private String serviceName() {
        int slash = fleet.indexOf('/');
        return slash < 0 ? fleet : fleet.substring(slash + 1) + "." + fleet.substring(0, slash);
    }

    private static AccessLog.Builder log(String name, Message config) {
        return AccessLog.newBuilder().setName(name).setTypedConfig(Protos.any(config));
    }

    private static SubstitutionFormatString format(ProxyTelemetry.Format format) {
        return switch (format) {
            case ProxyTelemetry.Format.Text text ->
                SubstitutionFormatString.newBuilder()
                        .setTextFormatSource(DataSource.newBuilder()
                                .setInlineString(text.text().endsWith("\n") ? text.text() : text.text() + "\n"))
                        .build();
            case ProxyTelemetry.Format.Json json -> fields(json.fields());
            case ProxyTelemetry.Format.TextAndJson both -> fields(both.fields());
        };
    }

    private static SubstitutionFormatString fields(Map<String, String> formats) {
        Struct.Builder fields = Struct.newBuilder();
        new TreeMap<>(formats)
                .forEach((name, value) -> fields.putFields(
                        name, Value.newBuilder().setStringValue(value).build()));
        return SubstitutionFormatString.newBuilder().setJsonFormat(fields).build();
    }

    /** The tracing configuration; empty: there is no destination of spans. */
    Optional<HttpConnectionManager.Tracing> tracing() {
        if (telemetry.tracing().isEmpty()) {
            return Optional.empty();
        }
        ProxyTelemetry.Tracing tracing = telemetry.tracing().get();
        return clusters.apply(tracing.provider().destination()).map(cluster -> {
            HttpConnectionManager.Tracing.Builder built = HttpConnectionManager.Tracing.newBuilder()
                    .setRandomSampling(percent(sampledAtRandom(tracing)))
                    .setClientSampling(percent(tracing.clientSampled()))
                    .setOverallSampling(percent(tracing.overallSampled()))
                    .setSpawnUpstreamSpan(BoolValue.of(true))
                    .setProvider(provider(tracing.provider(), cluster));
            built.addAllCustomTags(tags(tracing.tags(), tracing.formats()));
            return tracing.spanName()
                    .map(name -> NewerFields.with(
                            built.build(),
                            ConnectionTracingFields.newBuilder()
                                    .setOperation(name.client())
                                    .setUpstreamOperation(name.server())
                                    .build()))
                    .orElseGet(built::build);
        });
    }

    /** With an OpenTelemetry sampler Envoy itself samples every request, since the sampler sees only requests that Envoy samples. */
    private static Fraction sampledAtRandom(ProxyTelemetry.Tracing tracing) {
        return tracing.provider() instanceof Provider.OpenTelemetry collector
                        && collector.sampler().isPresent()
                ? Fraction.ALL
                : tracing.sampled();
    }

    private static Percent percent(Fraction fraction) {
        return Percent.newBuilder().setValue(fraction.percent()).build();
    }

    /**
     * Tags of spans.
     *
     * @param formats values with Envoy's operators, which win over {@code tags} of the same name
     */
    static List<CustomTag> tags(Map<String, Tag> tags, Map<String, String> formats) {
        List<CustomTag> made = new ArrayList<>();
        new TreeMap<>(tags).forEach((name, tag) -> {
            if (!formats.containsKey(name)) {
                made.add(tag(name, tag));
            }
        });
        new TreeMap<>(formats)
                .forEach((name, format) -> made.add(NewerFields.with(
                        CustomTag.newBuilder().setTag(name).build(),
                        CustomTagFields.newBuilder().setValue(format).build())));
        return made;
    }

    private static CustomTag tag(String name, Tag tag) {
        CustomTag.Builder built = CustomTag.newBuilder().setTag(name);
        switch (tag) {
            case Tag.Literal literal ->
                built.setLiteral(CustomTag.Literal.newBuilder().setValue(literal.value()));
            case Tag.Environment environment ->
                built.setEnvironment(CustomTag.Environment.newBuilder()
                        .setName(environment.name())
                        .setDefaultValue(environment.defaultValue().orElse("")));
            case Tag.RequestHeader header ->
                built.setRequestHeader(CustomTag.Header.newBuilder()
                        .setName(header.name())
                        .setDefaultValue(header.defaultValue().orElse("")));
        }
        return built.build();
    }

    private Tracing.Http provider(Provider provider, Collector cluster) {
        return switch (provider) {
            case Provider.OpenTelemetry collector -> {
                OpenTelemetryConfig.Builder config = OpenTelemetryConfig.newBuilder()
                        .setServiceName(collector.serviceName().orElseGet(this::serviceName));
                if (collector.destination().grpc()) {
                    config.setGrpcService(grpc(cluster, collector.headers()));
                } else {
                    config.setHttpService(httpService(collector.destination(), cluster));
                }
                if (!collector.resourceAttributes().isEmpty()) {
                    config.addResourceDetectors(Protos.extension(
                            "envoy.tracers.opentelemetry.resource_detectors.static_config",
                            StaticConfigResourceDetectorConfig.newBuilder()
                                    .putAllAttributes(collector.resourceAttributes())
                                    .build()));
                }
                collector.sampler().ifPresent(sampler -> config.setSampler(sampler(sampler)));
                yield http("envoy.tracers.opentelemetry", config.build());
            }
            case Provider.Zipkin zipkin ->
                http(
                        "envoy.tracers.zipkin",
                        ZipkinConfig.newBuilder()
                                .setCollectorCluster(cluster.cluster())
                                .setCollectorHostname(cluster.authority())
                                .setCollectorEndpoint("/api/v2/spans")
                                .setCollectorEndpointVersion(ZipkinConfig.CollectorEndpointVersion.HTTP_JSON)
                                .setTraceId128Bit(zipkin.traceId128Bit())
                                .setSharedSpanContext(BoolValue.of(zipkin.sharedSpanContext()))
                                .build());
            case Provider.Datadog datadog ->
                http(
                        "envoy.tracers.datadog",
                        DatadogConfig.newBuilder()
                                .setCollectorCluster(cluster.cluster())
                                .setCollectorHostname(cluster.authority())
                                .setServiceName(datadog.serviceName().orElse(fleet))
                                .build());
        };
    }

    /** Exports spans by HTTP, to the path of OTLP/HTTP. */
    private static HttpService httpService(Destination collector, Collector cluster) {
        String host = collector.host().orElse(cluster.authority());
        return HttpService.newBuilder()
                .setHttpUri(HttpUri.newBuilder()
                        .setUri("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + collector.port()
                                + "/v1/traces")
                        .setCluster(cluster.cluster())
                        .setTimeout(SPANS_AT_MOST))
                .build();
    }

    private static Tracing.Http http(String name, Message config) {
        return Tracing.Http.newBuilder()
                .setName(name)
                .setTypedConfig(Protos.any(config))
                .build();
    }

    private static TypedExtensionConfig sampler(Sampler sampler) {
        SamplerType type = sampler.type();
        return switch (type) {
            case AlwaysOn ->
                Protos.extension(
                        "envoy.tracers.opentelemetry.samplers.always_on", AlwaysOnSamplerConfig.getDefaultInstance());
            case AlwaysOff -> ratio(new Fraction(0, 100));
            case TraceIdRatio -> ratio(sampler.percentage());
            case ParentBasedAlwaysOn -> parentBased(sampler(new Sampler(SamplerType.AlwaysOn, sampler.percentage())));
            case ParentBasedAlwaysOff -> parentBased(ratio(new Fraction(0, 100)));
            case ParentBasedTraceIdRatio -> parentBased(ratio(sampler.percentage()));
        };
    }

    private static TypedExtensionConfig ratio(Fraction fraction) {
        return Protos.extension(
                "envoy.tracers.opentelemetry.samplers.trace_id_ratio_based",
                TraceIdRatioBasedSamplerConfig.newBuilder()
                        .setSamplingPercentage(FractionalPercent.newBuilder()
                                .setNumerator((int) ((long) fraction.numerator() * MILLION / fraction.denominator()))
                                .setDenominator(FractionalPercent.DenominatorType.MILLION))
                        .build());
    }

    private static TypedExtensionConfig parentBased(TypedExtensionConfig wrapped) {
        return Protos.extension(
                "envoy.tracers.opentelemetry.samplers.parent_based",
                ParentBasedSamplerConfig.newBuilder().setWrappedSampler(wrapped).build());
    }

    /** The request id extension; empty: the settings do not configure it. */
    Optional<RequestIDExtension> requestId() {
        return telemetry.requestId().map(tracing -> {
            boolean pack = switch (tracing) {
                case PackAndSample, Pack -> true;
                case Sample, Disable -> false;
            };
            boolean sample = switch (tracing) {
                case PackAndSample, Sample -> true;
                case Pack, Disable -> false;
            };
            return RequestIDExtension.newBuilder()
                    .setTypedConfig(Protos.any(UuidRequestIdConfig.newBuilder()
                            .setPackTraceReason(BoolValue.of(pack))
                            .setUseRequestIdForTraceSampling(BoolValue.of(sample))
                            .build()))
                    .build();
        });
    }

    private static GrpcService grpc(Collector cluster, Map<String, String> headers) {
        GrpcService.Builder service = GrpcService.newBuilder()
                .setEnvoyGrpc(GrpcService.EnvoyGrpc.newBuilder()
                        .setClusterName(cluster.cluster())
                        // Envoy's default authority is the cluster's name, whose "/" a sidecar refuses.
                        .setAuthority(cluster.authority()));
        headers.forEach((name, value) ->
                service.addInitialMetadata(HeaderValue.newBuilder().setKey(name).setValue(value)));
        return service.build();
    }

    private static KeyValueList values(Map<String, String> fields) {
        KeyValueList.Builder list = KeyValueList.newBuilder();
        new TreeMap<>(fields)
                .forEach((name, value) ->
                        list.addValues(KeyValue.newBuilder().setKey(name).setValue(value(value))));
        return list.build();
    }

    private static AnyValue value(String text) {
        return AnyValue.newBuilder().setStringValue(text).build();
    }
}
