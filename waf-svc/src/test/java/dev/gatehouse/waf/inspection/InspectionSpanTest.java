package dev.gatehouse.waf.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.EngineMode;
import dev.gatehouse.seclang.Phase;
import dev.gatehouse.seclang.RuleObserver;
import dev.gatehouse.seclang.Surroundings;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.collection.MemoryCollectionStore;
import dev.gatehouse.seclang.parse.Source;
import dev.gatehouse.tracing.Tracing;
import dev.gatehouse.waf.load.BodyBudget;
import dev.gatehouse.waf.policy.Policies;
import dev.gatehouse.waf.policy.PolicyText;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.junit.jupiter.api.Test;

class InspectionSpanTest {
    private static final String RULES = """
            SecRuleEngine On
            SecRequestBodyAccess On
            SecRule ARGS:q "@contains attack" "id:10,phase:1,pass,log,setvar:tx.anomaly_score=5"
            SecRule ARGS:q "@contains deny" "id:11,phase:1,deny,status:403,log"
            SecRule ARGS:b "@contains evil" "id:12,phase:2,deny,status:406,log"
            """;
    private static final SpanContext PROXY = SpanContext.createFromRemoteParent(
            "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", TraceFlags.getSampled(), TraceState.getDefault());

    private final InMemorySpanExporter exporter = InMemorySpanExporter.create();
    private final Tracing tracing = Tracing.by(SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(exporter))
            .build()
            .get("test"));
    private final List<SpanContext> told = new ArrayList<>();
    private final Policies policies = new Policies();

    private final Inspection.Shared shared = new Inspection.Shared(
            new Surroundings(
                    InstantSource.system(),
                    Map.of(),
                    new MemoryCollectionStore(InstantSource.system(), 10),
                    RuleObserver.NONE),
            new BodyBudget(Long.MAX_VALUE),
            (policy, transaction, span) -> told.add(span),
            new InspectionMetrics() {
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
            });

    private Inspection inspection(String policy, SpanContext parent) {
        policies.update(
                List.of(new PolicyText("shop/waf", EngineMode.ON, List.of(new Source("rules", RULES)))), Set.of());
        return new Inspection(
                () -> policies.find(policy),
                new Inspection.Route(false, 0),
                shared,
                InspectionSpan.begin(tracing, parent));
    }

    private static RequestHead head(String uri, boolean body) {
        List<Header> headers = new ArrayList<>();
        headers.add(new Header(Bytes.latin1("host"), Bytes.latin1("shop.example")));
        headers.add(new Header(Bytes.latin1("cookie"), Bytes.latin1("session=s3cr3t")));
        if (body) {
            headers.add(new Header(Bytes.latin1("content-type"), Bytes.latin1("application/x-www-form-urlencoded")));
            headers.add(new Header(Bytes.latin1("content-length"), Bytes.latin1("6")));
        }
        return new RequestHead(
                Bytes.latin1(body ? "POST" : "GET"),
                Bytes.latin1(uri),
                Bytes.latin1("HTTP/1.1"),
                headers,
                "192.0.2.1:1000",
                "192.0.2.2:80",
                body);
    }

    private SpanData whole() {
        SpanData last = exporter.getFinishedSpanItems().getLast();
        assertThat(last.getName()).isEqualTo("inspect");
        assertThat(last.getParentSpanId()).isEqualTo(PROXY.getSpanId());
        return last;
    }

    private static Object get(SpanData span, AttributeKey<?> key) {
        return String.valueOf((Object) span.getAttributes().get(key));
    }

    private static Object outcome(SpanData span) {
        return get(span, AttributeKey.stringKey("gatehouse.waf.outcome"));
    }

    @Test
    void aRequestThatPassesShowsItsPartsAndWhatMatched() {
        Inspection inspection = inspection("shop/waf", PROXY);
        inspection.requestHead(head("/?q=attack-with-pa55word", false), "id-1", "shop/items/rule/0");
        inspection.responseHead(200, List.of(), false);
        inspection.end();
        inspection.end();
        assertThat(exporter.getFinishedSpanItems())
                .extracting(SpanData::getName)
                .containsExactly("request headers", "response headers", "inspect");
        SpanData whole = whole();
        assertThat(exporter.getFinishedSpanItems().subList(0, 2))
                .extracting(SpanData::getParentSpanId)
                .containsOnly(whole.getSpanId());
        assertThat(outcome(whole)).isEqualTo("detected");
        assertThat(get(whole, AttributeKey.stringKey("gatehouse.policy"))).isEqualTo("shop/waf");
        assertThat(get(whole, AttributeKey.stringKey("gatehouse.route"))).isEqualTo("shop/items/rule/0");
        assertThat(get(whole, AttributeKey.longArrayKey("gatehouse.waf.rules"))).isEqualTo("[10]");
        assertThat(get(whole, AttributeKey.longKey("gatehouse.waf.score"))).isEqualTo("5");
        assertThat(told).extracting(SpanContext::getSpanId).containsExactly(whole.getSpanId());
        assertThat(exporter.getFinishedSpanItems().toString()).doesNotContain("s3cr3t", "pa55word", "192.0.2.1");
    }

    @Test
    void aBlockedRequestSaysWhichRuleInWhichPart() {
        Inspection inspection = inspection("shop/waf", PROXY);
        inspection.requestHead(head("/", true), "id-1", "");
        inspection.requestBody(Bytes.latin1("b=evil"), true, false);
        inspection.end();
        SpanData part = exporter.getFinishedSpanItems().get(1);
        assertThat(part.getName()).isEqualTo("request body");
        assertThat(get(part, AttributeKey.stringKey("gatehouse.waf.details")))
                .isEqualTo("waf_blocked{rule_id=12,phase=2}");
        assertThat(get(part, AttributeKey.longKey("http.response.status_code"))).isEqualTo("406");
        assertThat(outcome(whole())).isEqualTo("blocked");
        assertThat(get(whole(), AttributeKey.longKey("gatehouse.waf.request_body_bytes")))
                .isEqualTo("6");
    }

    @Test
    void aRequestWithoutAPolicyIsAFailure() {
        Inspection inspection = inspection("no/policy", PROXY);
        inspection.requestHead(head("/", false), "id-1", "");
        inspection.end();
        assertThat(outcome(whole())).isEqualTo("unavailable");
        assertThat(get(whole(), AttributeKey.stringKey("error.type"))).isEqualTo("unavailable");
    }

    @Test
    void aResponseWhoseRequestWasLostIsRefused() {
        Inspection inspection = inspection("shop/waf", PROXY);
        assertThat(inspection.responseHead(200, List.of(), false))
                .isEqualTo(new Decision.Respond(503, "waf_unavailable{no_request}"));
        inspection.end();
        assertThat(outcome(whole())).isEqualTo("unavailable");
    }

    @Test
    void aRequestThatIsNotSampledHasNoSpan() {
        Inspection inspection = inspection("shop/waf", SpanContext.getInvalid());
        inspection.requestHead(head("/?q=deny", false), "id-1", "");
        inspection.end();
        assertThat(exporter.getFinishedSpanItems()).isEmpty();
        assertThat(told).extracting(SpanContext::isValid).containsExactly(false);
    }
}
