package dev.gatehouse.waf.grpc;

import com.google.protobuf.ByteString;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import dev.gatehouse.grpcserver.WarmUp;
import dev.gatehouse.seclang.Phase;
import dev.gatehouse.seclang.RuleObserver;
import dev.gatehouse.seclang.Surroundings;
import dev.gatehouse.seclang.collection.MemoryCollectionStore;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.waf.inspection.Inspection;
import dev.gatehouse.waf.inspection.InspectionMetrics;
import dev.gatehouse.waf.load.Admission;
import dev.gatehouse.waf.load.BodyBudget;
import dev.gatehouse.waf.load.LargeWork;
import dev.gatehouse.waf.load.SlowBodies;
import dev.gatehouse.waf.policy.CoreRuleSets;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.policy.PolicyMetrics;
import dev.gatehouse.waf.policy.PolicyText;
import dev.gatehouse.waf.policy.Rehearsal;
import io.envoyproxy.envoy.config.core.v3.HeaderMap;
import io.envoyproxy.envoy.config.core.v3.HeaderValue;
import io.envoyproxy.envoy.service.ext_proc.v3.ExternalProcessorGrpc;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpBody;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.grpc.Channel;
import io.grpc.Metadata;
import io.grpc.ServerInterceptors;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.MetadataUtils;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Requests by which waf-svc becomes warm: with the Core Rule Set, harmless ones and an attack, with bodies and without, and their responses.
 * The service that answers them has everything of its own: they are in no metric and no log.
 */
public final class Practice {
    private static final String POLICY = "gatehouse/warm-up";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final int RECORDS = 100;

    private static final ProcessingRequest PAGE = head(
            "GET",
            "/shop/items?page=2&sort=price&q=garden%20chair",
            true,
            "cookie",
            "session=6f1c9a52; theme=dark",
            "accept-language",
            "en-GB,en;q=0.9",
            "referer",
            "https://www.example.com/shop?page=1");
    private static final ProcessingRequest ATTACK =
            head("GET", "/shop/items?id=1%27%20OR%20%271%27=%271&x=%3Cscript%3Ealert(1)%3C/script%3E", true);
    private static final ProcessingRequest FORM =
            head("POST", "/login", false, "content-type", "application/x-www-form-urlencoded", "content-length", "52");
    private static final ProcessingRequest FORM_BODY = body("user=ann&note=a+garden+chair&address=12+High+Street&x=1");
    private static final ProcessingRequest JSON =
            head("POST", "/api/orders", false, "content-type", "application/json", "content-length", "64");
    private static final ProcessingRequest JSON_BODY =
            body("{\"item\": 4711, \"tags\": [\"garden\", \"chair\"], \"note\": \"by noon\"}");
    private static final ProcessingRequest RESPONSE = ProcessingRequest.newBuilder()
            .setResponseHeaders(headers(true, ":status", "200", "content-type", "text/html"))
            .build();

    /** What Envoy sends for a request, as far as it is asked for. */
    private static final List<List<ProcessingRequest>> REQUESTS = List.of(
            List.of(PAGE, RESPONSE),
            List.of(FORM, FORM_BODY, RESPONSE),
            List.of(ATTACK),
            List.of(PAGE, RESPONSE),
            List.of(JSON, JSON_BODY, RESPONSE));

    /** Nobody counts. */
    private static final class Uncounted implements InspectionMetrics {
        @Override
        public void finished(Outcome outcome, Duration engine, OptionalLong score) {}

        @Override
        public void blocked(String policy, String route, long ruleId, Phase phase) {}

        @Override
        public void matched(String policy, long ruleId, boolean blocked) {}

        @Override
        public void read(long requestBytes, long responseBytes) {}

        @Override
        public void shed(String reason, boolean passed) {}
    }

    private Practice() {}

    /** The warm-up of waf-svc. */
    public static WarmUp warmUp(CoreRuleSets coreRuleSets) {
        return new WarmUp("waf-svc", () -> service(coreRuleSets), Practice::call);
    }

    private static ServerServiceDefinition service(CoreRuleSets coreRuleSets) {
        Policies policies = new Policies(coreRuleSets, PolicyMetrics.NONE);
        Map<String, List<String>> errors =
                policies.update(List.of(new PolicyText(POLICY, Rehearsal.RULES, false, List.of(), false)), Set.of());
        if (!errors.isEmpty()) {
            throw new IllegalStateException("the Core Rule Set does not compile: " + errors);
        }
        Admission admission = new Admission(1, RECORDS, PATIENCE);
        Inspection.Shared shared = new Inspection.Shared(
                new Surroundings(
                        InstantSource.system(),
                        Map.of(),
                        new MemoryCollectionStore(InstantSource.system(), RECORDS),
                        RuleObserver.NONE),
                new BodyBudget(Long.MAX_VALUE),
                (policy, transaction, span) -> {},
                new Uncounted());
        return ServerInterceptors.intercept(
                new ExternalProcessing(
                        policies,
                        shared,
                        admission,
                        new LargeWork(1, RECORDS, PATIENCE),
                        new SlowBodies(PATIENCE, 1, System::nanoTime),
                        Tracing.OFF),
                new StreamMetadataInterceptor());
    }

    private static void call(Channel channel, int number) throws IOException, InterruptedException {
        Metadata metadata = new Metadata();
        metadata.put(StreamMetadataInterceptor.POLICY, POLICY);
        Answers answers = new Answers();
        StreamObserver<ProcessingRequest> requests = ExternalProcessorGrpc.newStub(channel)
                .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata))
                .process(answers);
        for (ProcessingRequest message : REQUESTS.get(number % REQUESTS.size())) {
            requests.onNext(message);
            if (answers.next()) {
                return;
            }
        }
        requests.onCompleted();
        answers.end();
    }

    private static final class Answers implements StreamObserver<ProcessingResponse> {
        private static final Status NEXT = Status.UNKNOWN;

        private final BlockingQueue<Status> events = new LinkedBlockingQueue<>();

        @Override
        public void onNext(ProcessingResponse response) {
            events.add(NEXT);
        }

        @Override
        public void onError(Throwable failure) {
            events.add(Status.fromThrowable(failure));
        }

        @Override
        public void onCompleted() {
            events.add(Status.OK);
        }

        /** Waits for an answer; true: the stream has ended. */
        boolean next() throws IOException, InterruptedException {
            Status event = events.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            if (event == null) {
                throw new IOException("no answer within " + PATIENCE);
            }
            if (event == NEXT) {
                return false;
            }
            if (!event.isOk()) {
                throw new IOException("the stream ended: " + event);
            }
            return true;
        }

        void end() throws IOException, InterruptedException {
            boolean ended = false;
            while (!ended) {
                ended = next();
            }
        }
    }

    private static ProcessingRequest head(String method, String path, boolean end, String... more) {
        String[] pairs = new String[more.length + 8];
        System.arraycopy(more, 0, pairs, 8, more.length);
        List<String> first =
                List.of(":method", method, ":path", path, ":authority", "www.example.com", "user-agent", "Mozilla/5.0");
        for (int i = 0; i < first.size(); i++) {
            pairs[i] = first.get(i);
        }
        return ProcessingRequest.newBuilder()
                .setRequestHeaders(headers(end, pairs))
                .putAttributes(
                        "envoy.filters.http.ext_proc",
                        Struct.newBuilder()
                                .putFields("source.address", text("192.0.2.1:50000"))
                                .putFields("destination.address", text("192.0.2.2:443"))
                                .putFields("request.protocol", text("HTTP/1.1"))
                                .build())
                .build();
    }

    private static Value text(String text) {
        return Value.newBuilder().setStringValue(text).build();
    }

    private static HttpHeaders headers(boolean end, String... pairs) {
        HeaderMap.Builder map = HeaderMap.newBuilder();
        for (int i = 0; i < pairs.length; i += 2) {
            map.addHeaders(
                    HeaderValue.newBuilder().setKey(pairs[i]).setRawValue(ByteString.copyFromUtf8(pairs[i + 1])));
        }
        return HttpHeaders.newBuilder().setHeaders(map).setEndOfStream(end).build();
    }

    private static ProcessingRequest body(String text) {
        return ProcessingRequest.newBuilder()
                .setRequestBody(HttpBody.newBuilder()
                        .setBody(ByteString.copyFromUtf8(text))
                        .setEndOfStream(true))
                .build();
    }
}
