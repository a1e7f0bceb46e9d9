package dev.gatehouse.ratelimit.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import dev.gatehouse.api.ratelimit.v1.LimitDescriptor;
import dev.gatehouse.api.ratelimit.v1.LimitRequest;
import dev.gatehouse.api.ratelimit.v3.RateLimitConfig;
import dev.gatehouse.api.ratelimit.v3.RateLimitDescriptor;
import dev.gatehouse.api.ratelimit.v3.RateLimitPolicy;
import dev.gatehouse.api.ratelimit.v3.RateLimitUnit;
import dev.gatehouse.ratelimit.decision.Decision;
import dev.gatehouse.ratelimit.decision.RateLimiter;
import dev.gatehouse.ratelimit.decision.Request;
import dev.gatehouse.ratelimit.memory.MemoryCounterStore;
import dev.gatehouse.ratelimit.store.CounterStore;
import dev.gatehouse.ratelimit.store.Increment;
import dev.gatehouse.ratelimit.store.StoreUnavailable;
import dev.gatehouse.ratelimit.xds.RuleSubscriber;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.tracing.grpc.CallerSpan;
import dev.gatehouse.xdsclient.Resource;
import dev.gatehouse.xdsclient.Update;
import io.envoyproxy.envoy.service.ratelimit.v3.RateLimitResponse;
import io.grpc.Metadata;
import io.grpc.stub.StreamObserver;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class LimitSpanTest {
    private static final String PROXY = "00f067aa0ba902b7";
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.ofEpochSecond(1_000_000));

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final Tracing tracing = Tracing.by(SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build()
            .get("test"));
    private final RuleSubscriber rules = new RuleSubscriber();

    private static final DecisionMetrics UNCOUNTED = new DecisionMetrics() {
        @Override
        public void decided(Request request, Decision decision) {}

        @Override
        public void failed(String reason) {}
    };

    private static RateLimitDescriptor.Builder limit(String key, int requests, boolean shadow) {
        return RateLimitDescriptor.newBuilder()
                .setKey(key)
                .setShadowMode(shadow)
                .setRateLimit(RateLimitPolicy.newBuilder()
                        .setUnit(RateLimitUnit.MINUTE)
                        .setRequestsPerUnit(requests));
    }

    private RateLimitService service(CounterStore store) {
        return new RateLimitService(
                new RateLimiter(store, 100, CLOCK), rules, new ResponseFormat(false), UNCOUNTED, tracing);
    }

    private void configure() {
        rules.take(Update.of(new Resource(
                "shop",
                "1",
                Any.pack(RateLimitConfig.newBuilder()
                        .setName("shop")
                        .setDomain("shop")
                        .addDescriptors(limit("per-user", 1, false))
                        .addDescriptors(limit("tried-out", 1, true))
                        .build()))));
    }

    private void ask(RateLimitService service, String flags, String domain) {
        LimitRequest.Builder request = LimitRequest.newBuilder().setDomain(domain);
        for (String key : List.of("per-user", "tried-out", "unknown")) {
            request.addDescriptors(LimitDescriptor.newBuilder()
                    .addEntries(LimitDescriptor.Entry.newBuilder()
                            .setKey(key)
                            .setValue(ByteString.copyFromUtf8("alice@example.com"))));
        }
        Metadata metadata = new Metadata();
        metadata.put(
                Metadata.Key.of("traceparent", Metadata.ASCII_STRING_MARSHALLER),
                "00-4bf92f3577b34da6a3ce929d0e0e4736-" + PROXY + "-" + flags);
        CallerSpan.with(metadata).run(() -> service.shouldRateLimit(request.build(), new Ignored()));
    }

    private List<SpanData> spans() {
        List<SpanData> all = List.copyOf(exporter.getFinishedSpanItems());
        exporter.reset();
        return all;
    }

    private static String attributes(SpanData span) {
        StringBuilder text = new StringBuilder();
        for (String list : List.of("limits", "exceeded", "shadowed")) {
            text.append(span.getAttributes().get(AttributeKey.stringArrayKey("gatehouse.ratelimit." + list)))
                    .append(' ');
        }
        return text.append(span.getAttributes().get(AttributeKey.stringKey("gatehouse.ratelimit.decision")))
                .toString();
    }

    @Test
    void aSpanSaysWhichLimitsWereAskedAndWhichWereExceeded() {
        configure();
        RateLimitService service = service(new MemoryCounterStore(100, CLOCK));
        ask(service, "01", "shop");
        ask(service, "01", "shop");
        List<SpanData> all = spans();
        assertThat(all).extracting(SpanData::getName).containsExactly("limit", "limit");
        assertThat(all).extracting(SpanData::getParentSpanId).containsOnly(PROXY);
        assertThat(attributes(all.getFirst())).isEqualTo("[per-user 1/minute, tried-out 1/minute] null null ok");
        assertThat(attributes(all.getLast()))
                .isEqualTo(
                        "[per-user 1/minute, tried-out 1/minute] [per-user 1/minute] [tried-out 1/minute] over_limit");
        assertThat(all.toString()).doesNotContain("alice");
    }

    @Test
    void withoutASampledSpanOfTheProxyThereIsNone() {
        configure();
        ask(service(new MemoryCounterStore(100, CLOCK)), "00", "shop");
        assertThat(spans()).isEmpty();
    }

    @Test
    void whatCannotBeDecidedIsAFailureOfTheSpan() {
        RateLimitService service = service(new Broken());
        ask(service, "01", "shop");
        configure();
        ask(service, "01", "");
        ask(service, "01", "shop");
        assertThat(spans())
                .extracting(span -> span.getStatus().getStatusCode() + " "
                        + span.getAttributes().get(AttributeKey.stringKey("error.type")))
                .containsExactly("ERROR no-config", "ERROR bad-request", "ERROR store");
    }

    private static final class Broken implements CounterStore {
        @Override
        public CompletionStage<List<Long>> increment(List<Increment> batch) {
            return CompletableFuture.failedFuture(new StoreUnavailable("gone", new IllegalStateException("gone")));
        }

        @Override
        public String kind() {
            return "broken";
        }

        @Override
        public void close() {}
    }

    private static final class Ignored implements StreamObserver<RateLimitResponse> {
        @Override
        public void onNext(RateLimitResponse response) {}

        @Override
        public void onError(Throwable failure) {}

        @Override
        public void onCompleted() {}
    }
}
