package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.security.ServiceBackends;
import dev.gatehouse.gatewayapi.traffic.BackendSettings;
import dev.gatehouse.gatewayapi.traffic.HealthCheck;
import dev.gatehouse.gatewayapi.traffic.RouteTracing;
import dev.gatehouse.gatewayapi.traffic.StatNames;
import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Access logs, traces and metrics of proxies: {@code spec.telemetry} of an EnvoyProxy.
 *
 * @param accessLogDisabled true if requests are not logged
 * @param accessLogs the access logs; an empty list: one line of JSON for each request on standard output
 * @param requestId how a request's id takes part in tracing
 * @param healthCheckLog the log of outcomes for health checks without a log of their own
 */
public record ProxyTelemetry(
        boolean accessLogDisabled,
        List<AccessLog> accessLogs,
        Metrics metrics,
        Optional<Tracing> tracing,
        Optional<RequestIdTracing> requestId,
        Optional<HealthCheck.Log> healthCheckLog) {
    static final ProxyTelemetry DEFAULT =
            new ProxyTelemetry(false, List.of(), Metrics.DEFAULT, Optional.empty(), Optional.empty(), Optional.empty());

    public ProxyTelemetry {
        accessLogs = List.copyOf(accessLogs);
    }

    /**
     * A destination of telemetry.
     *
     * @param backends one or more backends; an empty list in the deprecated form with a host
     * @param grpc true: gRPC; false: HTTP/1.1
     * @param settings the settings of the connections
     */
    public record Destination(
            List<BackendReference> backends, Optional<String> host, int port, boolean grpc, BackendSettings settings) {
        private static final int OTLP = 4317;

        public Destination {
            backends = List.copyOf(backends);
        }

        private static Destination read(Fields f) {
            return read(f, true);
        }

        private static Destination read(Fields f, boolean grpc) {
            ServiceBackends service = ServiceBackends.read(f);
            List<BackendReference> backends = service.references();
            Destination destination = new Destination(
                    backends,
                    f.string("host", Syntax.NOT_EMPTY),
                    f.port("port").orElse(OTLP),
                    grpc,
                    service.settings());
            if (destination.settings.retry().isPresent()) {
                f.warn("backendSettings", "retry has no effect: proxies do not send telemetry twice; passed over");
            }
            if (backends.isEmpty() && destination.host.isEmpty()) {
                f.wrong("backendRefs", "is missing (expected: at least one backend)");
            }
            return destination;
        }
    }

    /** A copy with other tracing. */
    public ProxyTelemetry with(Tracing other) {
        return new ProxyTelemetry(
                accessLogDisabled, accessLogs, metrics, Optional.of(other), requestId, healthCheckLog);
    }

    /** The destinations of access logs and spans. */
    public List<Destination> destinations() {
        List<Destination> all = new ArrayList<>();
        for (AccessLog log : accessLogs) {
            for (Sink sink : log.sinks()) {
                switch (sink) {
                    case Sink.File _ -> {}
                    case Sink.AccessLogService service -> all.add(service.destination());
                    case Sink.OpenTelemetry collector -> all.add(collector.destination());
                }
            }
        }
        tracing.ifPresent(each -> all.add(each.provider().destination()));
        return all.stream().distinct().toList();
    }

    /** An access log: its format, its conditions and its sinks. */
    public record AccessLog(
            Optional<Format> format, List<String> matches, List<Sink> sinks, Optional<AccessLogType> type) {
        public AccessLog {
            matches = List.copyOf(matches);
            sinks = List.copyOf(sinks);
        }

        private static AccessLog read(Fields f) {
            return new AccessLog(
                    f.object("format", Format::read).flatMap(format -> format),
                    f.strings("matches"),
                    f.list("sinks", 1, 50, Sink::read),
                    f.choice("type", AccessLogType.class));
        }
    }

    /** The subject of an access log. */
    public enum AccessLogType {
        /** Connections without a route. */
        Listener,
        /** Requests, and connections of TCP, TLS and UDP routes. */
        Route,
        /** Requests to backends, each attempt. */
        Upstream
    }

    /** The format of a line. Its values may have Envoy's operators, such as %RESPONSE_CODE%. */
    public sealed interface Format {
        record Text(String text) implements Format {}

        record Json(Map<String, String> fields) implements Format {}

        /** A text and fields. OpenTelemetry gets the text as body and the fields as attributes; a file gets the fields. */
        record TextAndJson(String text, Map<String, String> fields) implements Format {}

        private static Optional<Format> read(Fields f) {
            Optional<FormatType> type = f.choice("type", FormatType.class);
            Optional<String> text = f.string("text");
            Map<String, String> json = f.stringMap("json");
            if (type.isEmpty()) {
                return text.<Format>map(each -> json.isEmpty() ? new Text(each) : new TextAndJson(each, json))
                        .or(() -> json.isEmpty() ? Optional.empty() : Optional.of(new Json(json)));
            }
            if (type.get() == FormatType.Text && text.isEmpty()) {
                f.wrong("text", "is missing (expected: a format for type Text)");
            }
            if (type.get() == FormatType.JSON && json.isEmpty()) {
                f.wrong("json", "is missing (expected: fields for type JSON)");
            }
            return Optional.of(
                    switch (type.get()) {
                        case Text -> new Text(text.orElse(""));
                        case JSON -> new Json(json);
                    });
        }
    }

    private enum FormatType {
        Text,
        JSON
    }

    /** A destination of log lines. */
    public sealed interface Sink {
        /** A file in the container, such as /dev/stdout. */
        record File(String path) implements Sink {}

        /**
         * Envoy's Access Log Service.
         *
         * @param tcp true if entries are about connections; false: about requests
         */
        record AccessLogService(
                Destination destination,
                Optional<String> logName,
                boolean tcp,
                List<String> requestHeaders,
                List<String> responseHeaders,
                List<String> responseTrailers)
                implements Sink {}

        /** A collector, by OTLP over gRPC. */
        record OpenTelemetry(
                Destination destination, Map<String, String> headers, Map<String, String> resourceAttributes)
                implements Sink {}

        private static Sink read(Fields f) {
            SinkType type = f.requiredChoice("type", SinkType.class);
            Optional<Sink> file =
                    f.object("file", x -> new File(x.string("path").orElse("/dev/stdout")));
            Optional<Sink> als = f.object("als", Sink::accessLogService);
            Optional<Sink> otel = f.object("openTelemetry", x -> {
                Map<String, String> attributes = new LinkedHashMap<>(x.stringMap("resources"));
                attributes.putAll(x.stringMap("resourceAttributes"));
                return new OpenTelemetry(Destination.read(x), headers(x), attributes);
            });
            Optional<Sink> chosen = switch (type) {
                case File -> file;
                case ALS -> als;
                case OpenTelemetry -> otel;
            };
            if (chosen.isEmpty()) {
                f.wrong("type", "is " + type + ", and the sink of that type is missing (expected: it)");
            }
            return chosen.orElse(new File("/dev/stdout"));
        }

        private static Sink accessLogService(Fields f) {
            record Headers(List<String> request, List<String> response, List<String> trailers) {}
            AlsType type = f.requiredChoice("type", AlsType.class);
            Headers http = f.object(
                            "http",
                            x -> new Headers(
                                    x.strings("requestHeaders"),
                                    x.strings("responseHeaders"),
                                    x.strings("responseTrailers")))
                    .orElse(new Headers(List.of(), List.of(), List.of()));
            return new AccessLogService(
                    Destination.read(f),
                    f.string("logName"),
                    type == AlsType.TCP,
                    http.request(),
                    http.response(),
                    http.trailers());
        }
    }

    private enum SinkType {
        ALS,
        File,
        OpenTelemetry
    }

    private enum AlsType {
        HTTP,
        TCP
    }

    /**
     * The settings of metrics.
     *
     * @param prometheus whether Prometheus can scrape the metrics
     * @param compression the compression of scraped metrics
     * @param matches selects the metrics that are kept; an empty list: Gatehouse's default selection
     * @param perHost whether there are also metrics for each hostname
     * @param perEndpoint whether there are also metrics for each endpoint of a backend
     * @param sizes whether there are histograms of the sizes of requests and responses
     * @param grpc whether there are also metrics for each gRPC service
     * @param clusterStatName the name of a rule's clusters in statistics, with placeholders ({@link StatNames})
     */
    public record Metrics(
            boolean prometheus,
            Optional<Compression> compression,
            List<MetricsSink> sinks,
            List<NameMatch> matches,
            boolean perHost,
            boolean perEndpoint,
            boolean sizes,
            boolean grpc,
            Optional<String> clusterStatName) {
        /** The metrics of proxies without an EnvoyProxy. */
        public static final Metrics DEFAULT =
                new Metrics(true, Optional.empty(), List.of(), List.of(), false, false, false, false, Optional.empty());

        public Metrics {
            sinks = List.copyOf(sinks);
            matches = List.copyOf(matches);
        }

        private static Metrics read(Fields f) {
            Prometheus prometheus = f.object("prometheus", Prometheus::read).orElse(Prometheus.DEFAULT);
            return new Metrics(
                    prometheus.served(),
                    prometheus.compression(),
                    f.list("sinks", 0, 16, MetricsSink::read),
                    f.list("matches", NameMatch::read),
                    f.bool("enableVirtualHostStats").orElse(false),
                    f.bool("enablePerEndpointStats").orElse(false),
                    f.bool("enableRequestResponseSizesStats").orElse(false),
                    f.bool("enableGRPCStats").orElse(false),
                    f.string("clusterStatName", StatNames.CLUSTER));
        }
    }

    /**
     * How metrics are compressed.
     *
     * @param minContentLength the least length of a compressed response, in bytes; empty: Envoy's default of 30
     */
    public record Compression(CompressionType type, OptionalInt minContentLength) {
        private static final int SHORTEST = 30;

        private static Compression read(Fields f) {
            f.known("gzip", "brotli", "zstd");
            OptionalInt length = OptionalInt.empty();
            Optional<String> written = f.stringOrInteger("minContentLength");
            if (written.isPresent()) {
                OptionalLong bytes = Quantity.parse(written.get());
                if (bytes.isPresent() && bytes.getAsLong() >= SHORTEST && bytes.getAsLong() <= Integer.MAX_VALUE) {
                    length = OptionalInt.of((int) bytes.getAsLong());
                } else {
                    f.wrong(
                            "minContentLength",
                            "\"" + written.get() + "\" (expected: a size of at least 30 bytes, for instance 1Ki)");
                }
            }
            return new Compression(f.requiredChoice("type", CompressionType.class), length);
        }
    }

    /** The algorithms by which metrics are compressed. */
    public enum CompressionType {
        Gzip,
        Brotli,
        Zstd
    }

    private record Prometheus(boolean served, Optional<Compression> compression) {
        static final Prometheus DEFAULT = new Prometheus(true, Optional.empty());

        static Prometheus read(Fields f) {
            return new Prometheus(!f.bool("disable").orElse(false), f.object("compression", Compression::read));
        }
    }

    /** A collector of metrics, by OTLP over gRPC. */
    public record MetricsSink(
            Destination destination,
            Map<String, String> headers,
            Map<String, String> resourceAttributes,
            boolean countersAsDeltas,
            boolean histogramsAsDeltas) {
        private enum Type {
            OpenTelemetry
        }

        private static MetricsSink read(Fields f) {
            f.choice("type", Type.class);
            return f.requiredObject("openTelemetry", x -> {
                Destination destination = Destination.read(x);
                return new MetricsSink(
                        destination,
                        ProxyTelemetry.headers(x),
                        x.stringMap("resourceAttributes"),
                        x.bool("reportCountersAsDeltas").orElse(false),
                        x.bool("reportHistogramsAsDeltas").orElse(false));
            });
        }
    }

    /** StringMatch, on the names of metrics. */
    public record NameMatch(MatchType type, String value) {
        private static NameMatch read(Fields f) {
            return new NameMatch(f.choice("type", MatchType.class).orElse(MatchType.Exact), f.requiredString("value"));
        }
    }

    /** How a name is matched. */
    public enum MatchType {
        Exact,
        Prefix,
        Suffix,
        RegularExpression
    }

    /** A share of the requests. */
    public record Fraction(int numerator, int denominator) {
        /** Every request. */
        public static final Fraction ALL = new Fraction(100, 100);

        /** No request. */
        public static final Fraction NONE = new Fraction(0, 100);

        /** In percent. */
        public double percent() {
            return 100.0 * numerator / denominator;
        }

        public static Fraction read(Fields f) {
            Fraction fraction = new Fraction(
                    f.requiredInteger("numerator", 0, Integer.MAX_VALUE),
                    f.integer("denominator", 1, Integer.MAX_VALUE).orElse(100));
            if (fraction.numerator > fraction.denominator) {
                f.wrong(
                        "numerator",
                        fraction.numerator + " is more than the denominator (expected: at most " + fraction.denominator
                                + ")");
            }
            return fraction;
        }
    }

    /**
     * The settings of tracing.
     *
     * @param sampled the share of traced requests among requests without a sampling decision
     * @param clientSampled the share of traced requests among requests whose client asks for a trace
     * @param overallSampled the upper bound of the share, applied after all other decisions
     * @param formats values of tags with Envoy's operators, by name, which win over {@code tags}
     */
    public record Tracing(
            Provider provider,
            Fraction sampled,
            Fraction clientSampled,
            Fraction overallSampled,
            Map<String, Tag> tags,
            Map<String, String> formats,
            Optional<RouteTracing.SpanName> spanName) {
        public Tracing {
            tags = Map.copyOf(tags);
            formats = Map.copyOf(formats);
        }

        /**
         * Tracing of every request to an OpenTelemetry collector, in plain text.
         *
         * @param grpc true: by gRPC; false: by HTTP to the path {@code /v1/traces}
         */
        public static Tracing to(String host, int port, boolean grpc) {
            return new Tracing(
                    new Provider.OpenTelemetry(
                            new Destination(List.of(), Optional.of(host), port, grpc, BackendSettings.NONE),
                            Optional.empty(),
                            Map.of(),
                            Map.of(),
                            Optional.empty()),
                    Fraction.ALL,
                    Fraction.NONE,
                    Fraction.ALL,
                    Map.of(),
                    Map.of(),
                    Optional.empty());
        }

        private static Tracing read(Fields f) {
            Optional<Integer> rate = f.integer("samplingRate", 0, 100);
            Optional<Fraction> fraction = f.object("samplingFraction", Fraction::read);
            if (rate.isPresent() && fraction.isPresent()) {
                f.wrong("samplingFraction", "goes not together with samplingRate (expected: one of them)");
            }
            return new Tracing(
                    f.requiredObject("provider", Provider::read),
                    fraction.or(() -> rate.map(percent -> new Fraction(percent, 100)))
                            .orElse(Fraction.ALL),
                    f.object("clientSamplingFraction", Fraction::read).orElse(Fraction.NONE),
                    f.object("overallSamplingFraction", Fraction::read).orElse(Fraction.ALL),
                    f.objects("customTags", Tag::read),
                    f.stringMap("tags"),
                    f.object("spanName", RouteTracing.SpanName::read));
        }
    }

    /** A tag of every span. */
    public sealed interface Tag {
        record Literal(String value) implements Tag {}

        record Environment(String name, Optional<String> defaultValue) implements Tag {}

        record RequestHeader(String name, Optional<String> defaultValue) implements Tag {}

        public static Tag read(Fields f) {
            TagType type = f.requiredChoice("type", TagType.class);
            Optional<Tag> literal = f.object("literal", x -> new Literal(x.requiredString("value")));
            Optional<Tag> environment =
                    f.object("environment", x -> new Environment(x.requiredString("name"), x.string("defaultValue")));
            Optional<Tag> header = f.object(
                    "requestHeader",
                    x -> new RequestHeader(x.requiredString("name", Syntax.HEADER_NAME), x.string("defaultValue")));
            Optional<Tag> chosen = switch (type) {
                case Literal -> literal;
                case Environment -> environment;
                case RequestHeader -> header;
            };
            if (chosen.isEmpty()) {
                f.wrong("type", "is " + type + ", and the value of that type is missing (expected: it)");
            }
            return chosen.orElse(new Literal(""));
        }
    }

    private enum TagType {
        Literal,
        Environment,
        RequestHeader
    }

    /** The destination of spans. */
    public sealed interface Provider {
        Destination destination();

        record OpenTelemetry(
                Destination destination,
                Optional<String> serviceName,
                Map<String, String> headers,
                Map<String, String> resourceAttributes,
                Optional<Sampler> sampler)
                implements Provider {}

        record Zipkin(Destination destination, boolean traceId128Bit, boolean sharedSpanContext) implements Provider {}

        record Datadog(Destination destination, Optional<String> serviceName) implements Provider {}

        private static Provider read(Fields f) {
            ProviderType type = f.choice("type", ProviderType.class).orElse(ProviderType.OpenTelemetry);
            Destination destination = Destination.read(f, type == ProviderType.OpenTelemetry);
            Optional<String> serviceName = f.string("serviceName");
            Optional<OpenTelemetry> otel = f.object(
                    "openTelemetry",
                    x -> new OpenTelemetry(
                            destination,
                            serviceName,
                            ProxyTelemetry.headers(x),
                            x.stringMap("resourceAttributes"),
                            x.object("sampler", Sampler::read)));
            Optional<Zipkin> zipkin = f.object(
                    "zipkin",
                    x -> new Zipkin(
                            destination,
                            x.bool("enable128BitTraceId").orElse(false),
                            !x.bool("disableSharedSpanContext").orElse(false)));
            return switch (type) {
                case OpenTelemetry ->
                    otel.orElse(new OpenTelemetry(destination, serviceName, Map.of(), Map.of(), Optional.empty()));
                case Zipkin -> zipkin.orElse(new Zipkin(destination, false, true));
                case Datadog -> new Datadog(destination, serviceName);
            };
        }
    }

    private enum ProviderType {
        OpenTelemetry,
        Zipkin,
        Datadog
    }

    /** OpenTelemetry's samplers. */
    public record Sampler(SamplerType type, Fraction percentage) {
        private static Sampler read(Fields f) {
            return new Sampler(
                    f.choice("type", SamplerType.class).orElse(SamplerType.AlwaysOn),
                    f.object("samplingPercentage", Fraction::read).orElse(Fraction.ALL));
        }
    }

    /** By the names of OTEL_TRACES_SAMPLER. */
    public enum SamplerType {
        AlwaysOn,
        AlwaysOff,
        TraceIdRatio,
        ParentBasedAlwaysOn,
        ParentBasedAlwaysOff,
        ParentBasedTraceIdRatio
    }

    /** Whether the decision to trace is packed into a request's id, and taken from there. */
    public enum RequestIdTracing {
        PackAndSample,
        Sample,
        Pack,
        Disable
    }

    private static Map<String, String> headers(Fields f) {
        record Header(String name, String value) {}
        Map<String, String> headers = new LinkedHashMap<>();
        f.list("headers", x -> new Header(x.requiredString("name", Syntax.HEADER_NAME), x.requiredString("value")))
                .forEach(header -> headers.put(header.name(), header.value()));
        return headers;
    }

    static ProxyTelemetry read(Fields f) {
        record Logs(boolean disabled, List<AccessLog> settings) {}
        Logs logs = f.object(
                        "accessLog",
                        x -> new Logs(x.bool("disable").orElse(false), x.list("settings", 0, 50, AccessLog::read)))
                .orElse(new Logs(false, List.of()));
        return new ProxyTelemetry(
                logs.disabled(),
                logs.settings(),
                f.object("metrics", Metrics::read).orElse(Metrics.DEFAULT),
                f.object("tracing", Tracing::read),
                f.object("requestID", x -> x.choice("tracing", RequestIdTracing.class))
                        .flatMap(each -> each),
                f.object("healthCheckLog", HealthCheck.Log::read));
    }
}
