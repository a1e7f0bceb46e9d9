import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.tracing.grpc.CallerSpan;
import io.grpc.Metadata;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** What tracing adds to a call that a service answers, on the thread that answers it: reading the caller's span, and a span of six attributes where that is sampled. */
final class Calls {
    private static final int CALLS = 200_000;
    private static final int ROUNDS = 15;

    private static final SpanExporter NOWHERE = new SpanExporter() {
        @Override
        public CompletableResultCode export(Collection<SpanData> spans) {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode flush() {
            return CompletableResultCode.ofSuccess();
        }

        @Override
        public CompletableResultCode shutdown() {
            return CompletableResultCode.ofSuccess();
        }
    };

    private static long recorded;

    private static Metadata metadata(String... headers) {
        Metadata metadata = new Metadata();
        for (int i = 0; i < headers.length; i += 2) {
            metadata.put(Metadata.Key.of(headers[i], Metadata.ASCII_STRING_MARSHALLER), headers[i + 1]);
        }
        return metadata;
    }

    private static void calls(Tracing tracing, Metadata metadata) {
        for (int i = 0; i < CALLS; i++) {
            if (!tracing.isOn()) {
                continue;
            }
            Span span = tracing.serve("authorize", CallerSpan.read(metadata));
            if (span.isRecording()) {
                span.setAttribute("gatehouse.policy", "shop/keys");
                span.setAttribute("gatehouse.route", "httproute/shop/items/rule/0");
                span.setAttribute("gatehouse.authz.checks", "api-key");
                span.setAttribute("gatehouse.authz.decision", "denied");
                span.setAttribute("gatehouse.authz.outcome", "key-unknown");
                span.setAttribute("http.response.status_code", 401L);
                span.end();
                recorded++;
            }
        }
    }

    public static void main(String[] arguments) {
        String trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-";
        Tracing on = Tracing.by(SdkTracerProvider.builder()
                .addSpanProcessor(BatchSpanProcessor.builder(NOWHERE).build())
                .build()
                .get("bench"));
        Map<String, Runnable> kinds = new TreeMap<>(Map.of(
                "1 off", () -> calls(Tracing.OFF, metadata("x-request-id", "1", "traceparent", trace + "01")),
                "2 no caller's span", () -> calls(on, metadata("x-request-id", "1")),
                "3 not sampled", () -> calls(on, metadata("x-request-id", "1", "traceparent", trace + "00")),
                "4 not sampled, B3", () -> calls(on, metadata("x-b3-traceid", "1", "x-b3-spanid", "2", "x-b3-sampled", "0")),
                "5 sampled", () -> calls(on, metadata("x-request-id", "1", "traceparent", trace + "01"))));
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        System.out.printf("processors: %d, JDK %s, medians of %d rounds of %d calls%n",
                Runtime.getRuntime().availableProcessors(), Runtime.version(), ROUNDS, CALLS);
        System.out.printf("%-20s %10s %12s%n", "call", "ns", "bytes");
        kinds.forEach((name, kind) -> {
            long[] nanos = new long[ROUNDS];
            long[] bytes = new long[ROUNDS];
            for (int round = -5; round < ROUNDS; round++) {
                long allocated = threads.getCurrentThreadAllocatedBytes();
                long start = System.nanoTime();
                kind.run();
                if (round >= 0) {
                    nanos[round] = System.nanoTime() - start;
                    bytes[round] = threads.getCurrentThreadAllocatedBytes() - allocated;
                }
            }
            Arrays.sort(nanos);
            Arrays.sort(bytes);
            System.out.printf("%-20s %10.1f %12.1f%n", name.substring(2),
                    (double) nanos[ROUNDS / 2] / CALLS, (double) bytes[ROUNDS / 2] / CALLS);
        });
        System.out.println("spans: " + recorded);
        System.exit(0);
    }
}
