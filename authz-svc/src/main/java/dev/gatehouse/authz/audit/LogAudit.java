package dev.gatehouse.authz.audit;

import dev.gatehouse.events.queue.EventDestination;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jboss.logging.MDC;

/**
 * Audit events as lines of the log, of the category {@value #CATEGORY} at INFO: a sentence, and its parts as fields ({@code mdc}) of the log's JSON. Where the log is no JSON the parts
 * are in the sentence all the same.
 */
final class LogAudit implements EventDestination<AuditEvent> {
    static final String CATEGORY = "dev.gatehouse.authz.audit";
    private static final Logger LOG = Logger.getLogger(CATEGORY);

    @Override
    public int write(List<AuditEvent> events) {
        events.forEach(LogAudit::write);
        return 0;
    }

    private static void write(AuditEvent event) {
        if (!LOG.isInfoEnabled()) {
            return;
        }
        Map<String, String> fields = fields(event);
        fields.forEach(MDC::put);
        try {
            LOG.info(sentence(event, fields));
        } finally {
            fields.keySet().forEach(MDC::remove);
        }
    }

    private static String sentence(AuditEvent event, Map<String, String> fields) {
        StringBuilder text = new StringBuilder(event.kind().label());
        if (!event.ending().isEmpty()) {
            text.append(" (").append(event.ending()).append(')');
        }
        text.append(": ").append(event.outcome());
        if (!event.detail().isEmpty()) {
            text.append(", ").append(event.detail());
        }
        fields.forEach((name, value) -> {
            if (!List.of("kind", "ending", "outcome", "detail", "time").contains(name)) {
                text.append("; ").append(name).append(' ').append(value);
            }
        });
        return text.toString();
    }

    /** Of what there is to say. */
    static Map<String, String> fields(AuditEvent event) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("time", event.time().toString());
        fields.put("kind", event.kind().label());
        fields.put("ending", event.ending());
        fields.put("outcome", event.outcome());
        fields.put("detail", event.detail());
        fields.put("policy", event.policy());
        fields.put("route", event.route());
        fields.put("check", event.check());
        fields.put("provider", event.provider());
        fields.put("subject", event.subject());
        fields.put("session", event.session());
        fields.put("provider_session", event.providerSession());
        fields.put("sessions", event.sessions() == 0 ? "" : Integer.toString(event.sessions()));
        fields.put("client", event.client());
        fields.put("method", event.method());
        fields.put("host", event.host());
        fields.put("trace_id", event.trace());
        fields.put("span_id", event.span());
        fields.put("request_id", event.request());
        fields.values().removeIf(String::isEmpty);
        return fields;
    }
}
