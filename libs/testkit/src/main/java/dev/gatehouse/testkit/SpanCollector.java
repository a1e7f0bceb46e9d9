package dev.gatehouse.testkit;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.grpc.Grpc;
import io.grpc.InsecureServerCredentials;
import io.grpc.Server;
import io.grpc.ServerCredentials;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.collector.trace.v1.TraceServiceGrpc.TraceServiceImplBase;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;

/** A collector of OpenTelemetry's protocol on loopback, by gRPC and by HTTP, that keeps the spans it gets. Safe for any thread. */
public final class SpanCollector implements AutoCloseable {
    private static final int OK = 200;

    private final List<Received> spans = new CopyOnWriteArrayList<>();
    private final Server grpc;
    private final HttpServer http;

    /**
     * A span that was received.
     *
     * @param service who made it, {@code service.name}
     * @param parent empty: it begins its trace
     * @param attributes as text
     * @param status 0 to 2: unset, ok, error
     */
    public record Received(
            String service,
            String name,
            String trace,
            String id,
            String parent,
            Map<String, String> attributes,
            int status,
            List<String> links) {}

    private SpanCollector(int grpcPort, int httpPort, ServerCredentials credentials) throws IOException {
        grpc = Grpc.newServerBuilderForPort(grpcPort, credentials)
                .addService(new Traces())
                .build()
                .start();
        http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), httpPort), 0);
        http.createContext("/v1/traces", this::export);
        http.start();
    }

    /** Starts one. By gRPC it listens on all addresses. */
    public static SpanCollector start(int grpcPort, int httpPort) throws IOException {
        return start(grpcPort, httpPort, InsecureServerCredentials.create());
    }

    /** Starts one whose gRPC is by {@code credentials}. */
    public static SpanCollector start(int grpcPort, int httpPort, ServerCredentials credentials) throws IOException {
        return new SpanCollector(grpcPort, httpPort, credentials);
    }

    /** Everything received so far. */
    public List<Received> spans() {
        return List.copyOf(spans);
    }

    /** The spans of one trace. */
    public List<Received> trace(String id) {
        return spans.stream().filter(span -> span.trace().equals(id)).toList();
    }

    private final class Traces extends TraceServiceImplBase {
        @Override
        public void export(ExportTraceServiceRequest request, StreamObserver<ExportTraceServiceResponse> responses) {
            take(request);
            responses.onNext(ExportTraceServiceResponse.getDefaultInstance());
            responses.onCompleted();
        }
    }

    private void export(HttpExchange exchange) throws IOException {
        try (exchange) {
            boolean gzip = "gzip".equals(exchange.getRequestHeaders().getFirst("content-encoding"));
            take(ExportTraceServiceRequest.parseFrom(
                    gzip ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()));
            exchange.getResponseHeaders().set("content-type", "application/x-protobuf");
            exchange.sendResponseHeaders(OK, -1);
        }
    }

    private void take(ExportTraceServiceRequest request) {
        for (ResourceSpans resource : request.getResourceSpansList()) {
            String service =
                    attributes(resource.getResource().getAttributesList()).getOrDefault("service.name", "");
            for (ScopeSpans scope : resource.getScopeSpansList()) {
                scope.getSpansList()
                        .forEach(span -> spans.add(new Received(
                                service,
                                span.getName(),
                                hex(span.getTraceId().toByteArray()),
                                hex(span.getSpanId().toByteArray()),
                                hex(span.getParentSpanId().toByteArray()),
                                attributes(span.getAttributesList()),
                                span.getStatus().getCodeValue(),
                                span.getLinksList().stream()
                                        .map(link -> hex(link.getTraceId().toByteArray()))
                                        .toList())));
            }
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    private static Map<String, String> attributes(List<KeyValue> values) {
        Map<String, String> attributes = new TreeMap<>();
        values.forEach(each -> attributes.put(each.getKey(), text(each.getValue())));
        return attributes;
    }

    private static String text(AnyValue value) {
        return switch (value.getValueCase()) {
            case STRING_VALUE -> value.getStringValue();
            case INT_VALUE -> Long.toString(value.getIntValue());
            case BOOL_VALUE -> Boolean.toString(value.getBoolValue());
            case DOUBLE_VALUE -> Double.toString(value.getDoubleValue());
            case ARRAY_VALUE ->
                value.getArrayValue().getValuesList().stream()
                        .map(SpanCollector::text)
                        .collect(Collectors.joining(",", "[", "]"));
            default -> value.toString();
        };
    }

    @Override
    public void close() {
        grpc.shutdownNow();
        http.stop(0);
    }
}
