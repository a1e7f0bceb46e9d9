package dev.gatehouse.waf.audit;

import dev.gatehouse.api.events.v1.SecurityEvent;
import dev.gatehouse.seclang.audit.AuditRecord;
import dev.gatehouse.seclang.auditlog.AuditEntry;

/** Audit records as security events. */
final class SecurityEvents {
    /** The severity of a message without one. */
    private static final int NO_SEVERITY = 8;

    private final String reporter;

    /** @param reporter this replica's name */
    SecurityEvents(String reporter) {
        this.reporter = reporter;
    }

    SecurityEvent of(AuditEntry entry) {
        AuditRecord record = entry.record();
        return SecurityEvent.newBuilder()
                .setService("waf-svc")
                .setReporter(reporter)
                .setAtMillis(record.time().toEpochMilli())
                .setPolicy(entry.policy())
                .setUniqueId(record.uniqueId())
                .setExchange(exchange(record))
                .setWaf(transaction(record).setTraceId(entry.trace()).setSpanId(entry.span()))
                .build();
    }

    private static SecurityEvent.Exchange exchange(AuditRecord record) {
        return SecurityEvent.Exchange.newBuilder()
                .setClientAddress(record.client().address())
                .setClientPort(record.client().port())
                .setServerAddress(record.server().address())
                .setServerPort(record.server().port())
                .setHost(record.serverName())
                .setMethod(record.request().method().toString())
                .setUri(record.request().uri().toString())
                .setProtocol(record.request().protocol().toString())
                .setStatus(record.status())
                .build();
    }

    private static SecurityEvent.WafTransaction.Builder transaction(AuditRecord record) {
        SecurityEvent.WafTransaction.Builder waf = SecurityEvent.WafTransaction.newBuilder()
                .setMode(record.engine().mode())
                .setMatchesLeftOut(record.leftOut().messages());
        record.verdict()
                .ifPresent(verdict -> waf.setInterruption(SecurityEvent.Interruption.newBuilder()
                        .setAction(verdict.action())
                        .setRuleId(verdict.ruleId())
                        .setPhase(verdict.phase())));
        record.messages().forEach(message -> waf.addMatches(match(message)));
        return waf;
    }

    private static SecurityEvent.RuleMatch match(AuditRecord.Message message) {
        SecurityEvent.RuleMatch.Builder match = SecurityEvent.RuleMatch.newBuilder()
                .setRuleId(message.id())
                .setPhase(message.phase())
                .setMessage(message.message())
                .setData(message.data())
                .addAllTags(message.tags())
                .setVariable(message.variable())
                .setOperator(message.operator());
        if (message.severity() < NO_SEVERITY) {
            match.setSeverity(message.severity());
        }
        return match.build();
    }
}
