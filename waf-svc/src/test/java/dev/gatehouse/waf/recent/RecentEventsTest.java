package dev.gatehouse.waf.recent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.RuleSet;
import dev.gatehouse.seclang.Transaction;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import io.opentelemetry.api.trace.SpanContext;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class RecentEventsTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-11-28T21:00:00Z"));

    private final RecentEvents events = new RecentEvents(CLOCK);
    private final EventsPage page = new EventsPage(events);

    private void request(String mode, String uri) {
        String rules = "SecRuleEngine " + mode + "\nSecRule ARGS:q \"@streq secretvalue\""
                + " \"id:7,phase:1,deny,log,status:403,msg:'No such q',severity:CRITICAL\"\n"
                + "SecRule ARGS:q \"@streq counted\" \"id:8,phase:1,pass,nolog\"";
        RuleSet compiled = switch (RuleSet.compile(List.of(new Source("rules", rules)))) {
            case Compilation.Rejected rejected -> throw new AssertionError(rejected.toString());
            case Compilation.Compiled good -> good.rules();
        };
        Transaction transaction = compiled.begin("id-1", CLOCK, Map.of());
        transaction.connection("192.0.2.7", 5555, "198.51.100.1", 80);
        transaction.request(Bytes.latin1("GET"), Bytes.latin1(uri), Bytes.latin1("HTTP/1.1"));
        transaction.requestHeader(Bytes.latin1("Host"), Bytes.latin1("shop.example:8080"));
        transaction.requestHeaders();
        transaction.logging();
        events.take("shop/waf", transaction, SpanContext.getInvalid());
    }

    private JsonObject event(int index) {
        return page.page(0, 100).getJsonArray("events").getJsonObject(index);
    }

    @Test
    void aBlockedAndADetectedRequestAreToldApartAndNoValueIsKept() {
        request("On", "/cart?q=secretvalue");
        request("DetectionOnly", "/cart?q=secretvalue");
        assertThat(event(0).getString("verdict")).isEqualTo("blocked");
        assertThat(event(0).getInteger("status")).isEqualTo(403);
        assertThat(event(0).getString("client")).isEqualTo("192.0.2.7");
        assertThat(event(0).getString("path")).isEqualTo("/cart");
        assertThat(event(0).getString("host")).isEqualTo("shop.example");
        assertThat(event(0).getJsonArray("rules").getJsonObject(0).getLong("id"))
                .isEqualTo(7);
        assertThat(event(0).getJsonArray("rules").getJsonObject(0).getString("variable"))
                .isEqualTo("ARGS:q");
        assertThat(event(1).getString("verdict")).isEqualTo("detected");
        assertThat(event(1).containsKey("status")).isFalse();
        assertThat(page.page(0, 100).encode()).doesNotContain("secretvalue");
    }

    @Test
    void requestsInWhichNothingWasFoundAreNotKept() {
        request("On", "/cart?q=fine");
        request("On", "/cart?q=counted");
        request("Off", "/cart?q=secretvalue");
        assertThat(page.page(0, 100).getJsonArray("events")).isEmpty();
    }

    @Test
    void theLastOnesAreKeptAndThoseAfterANumberAreTold() {
        for (int i = 0; i < RecentEvents.MOST + 5; i++) {
            request("On", "/" + i + "?q=secretvalue");
        }
        JsonObject all = page.page(0, 5000);
        assertThat(all.getJsonArray("events")).hasSize(RecentEvents.MOST);
        assertThat(all.getLong("last")).isEqualTo(RecentEvents.MOST + 5);
        JsonObject newest = page.page(RecentEvents.MOST + 3, 5000);
        assertThat(newest.getJsonArray("events")).hasSize(2);
        assertThat(page.page(0, 1).getJsonArray("events").getJsonObject(0).getString("path"))
                .isEqualTo("/" + (RecentEvents.MOST + 4));
    }
}
