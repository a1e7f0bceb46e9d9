package dev.gatehouse.waf.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.events.v1.SecurityEvent;
import dev.gatehouse.seclang.Compilation;
import dev.gatehouse.seclang.RuleSet;
import dev.gatehouse.seclang.Transaction;
import dev.gatehouse.seclang.audit.LogLimits;
import dev.gatehouse.seclang.auditlog.AuditEntry;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import io.opentelemetry.api.trace.SpanContext;
import io.opentelemetry.api.trace.TraceFlags;
import io.opentelemetry.api.trace.TraceState;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AuditLogTest {
    private static final SpanContext SPAN = SpanContext.create(
            "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", TraceFlags.getSampled(), TraceState.getDefault());

    private static Transaction transaction(String engine) {
        String rules = "SecRuleEngine On\nSecAuditEngine " + engine + "\nSecRule ARGS:q \"@streq bad\""
                + " \"id:1,phase:1,deny,status:403,msg:'No',logdata:'%{MATCHED_VAR}',severity:CRITICAL,tag:t\"";
        return switch (RuleSet.compile(List.of(new Source("rules", rules)))) {
            case Compilation.Rejected rejected -> throw new AssertionError(rejected.toString());
            case Compilation.Compiled compiled -> {
                Transaction transaction =
                        compiled.rules().begin("id-1", InstantSource.fixed(Instant.ofEpochMilli(1234)), Map.of());
                transaction.connection("192.0.2.7", 5555, "198.51.100.1", 80);
                transaction.request(Bytes.latin1("GET"), Bytes.latin1("/?q=bad"), Bytes.latin1("HTTP/1.1"));
                transaction.requestHeaders();
                transaction.logging();
                yield transaction;
            }
        };
    }

    @Test
    void aTransactionIsHandedOverIfItsRulesAskForIt() {
        List<AuditEntry> taken = new ArrayList<>();
        AuditLog log = new AuditLog(taken::add, LogLimits.USUAL);
        log.take("default/waf", transaction("Off"), SpanContext.getInvalid());
        log.take("default/waf", transaction("RelevantOnly"), SpanContext.getInvalid());
        assertThat(taken).hasSize(1);
        assertThat(taken.getFirst().policy()).isEqualTo("default/waf");
    }

    @Test
    void aSecurityEventSaysWhoAskedForWhatAndWhichRuleRefusedIt() {
        List<AuditEntry> taken = new ArrayList<>();
        new AuditLog(taken::add, LogLimits.USUAL).take("default/waf", transaction("On"), SPAN);
        SecurityEvent event = new SecurityEvents("waf-0").of(taken.getFirst());
        assertThat(event.getService()).isEqualTo("waf-svc");
        assertThat(event.getReporter()).isEqualTo("waf-0");
        assertThat(event.getWaf().getTraceId()).isEqualTo(SPAN.getTraceId());
        assertThat(event.getWaf().getSpanId()).isEqualTo(SPAN.getSpanId());
        assertThat(event.getAtMillis()).isEqualTo(1234);
        assertThat(event.getExchange().getUri()).isEqualTo("/?q=bad");
        assertThat(event.getExchange().getClientAddress()).isEqualTo("192.0.2.7");
        assertThat(event.getExchange().getStatus()).isEqualTo(403);
        assertThat(event.getWaf().getInterruption().getRuleId()).isEqualTo(1);
        SecurityEvent.RuleMatch match = event.getWaf().getMatches(0);
        assertThat(match.getMessage()).isEqualTo("No");
        assertThat(match.getData()).isEqualTo("bad");
        assertThat(match.getSeverity()).isEqualTo(2);
        assertThat(match.getVariable()).isEqualTo("ARGS:q");
        assertThat(match.getTagsList()).containsExactly("t");
    }
}
