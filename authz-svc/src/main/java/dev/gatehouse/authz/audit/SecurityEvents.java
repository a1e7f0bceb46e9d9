package dev.gatehouse.authz.audit;

import dev.gatehouse.api.events.v1.SecurityEvent;
import dev.gatehouse.api.events.v1.SecurityEvent.AccessEvent;

/** Audit events as messages. */
final class SecurityEvents {
    private final String reporter;

    /** @param reporter this replica's name */
    SecurityEvents(String reporter) {
        this.reporter = reporter;
    }

    SecurityEvent of(AuditEvent event) {
        return SecurityEvent.newBuilder()
                .setService("authz-svc")
                .setReporter(reporter)
                .setAtMillis(event.time().toEpochMilli())
                .setPolicy(event.policy())
                .setUniqueId(event.request())
                .setExchange(SecurityEvent.Exchange.newBuilder()
                        .setClientAddress(event.client())
                        .setHost(event.host())
                        .setMethod(event.method()))
                .setAccess(AccessEvent.newBuilder()
                        .setKind(kind(event.kind()))
                        .setOutcome(event.outcome())
                        .setDetail(event.detail())
                        .setCheck(event.check())
                        .setRoute(event.route())
                        .setProvider(event.provider())
                        .setSubject(event.subject())
                        .setSession(event.session())
                        .setProviderSession(event.providerSession())
                        .setEnding(ending(event.ending()))
                        .setSessions(event.sessions())
                        .setTraceId(event.trace())
                        .setSpanId(event.span()))
                .build();
    }

    private static AccessEvent.Kind kind(AuditEvent.Kind kind) {
        return switch (kind) {
            case LOGIN -> AccessEvent.Kind.LOGIN;
            case REFRESH -> AccessEvent.Kind.REFRESH;
            case LOGOUT -> AccessEvent.Kind.LOGOUT;
            case DENIAL -> AccessEvent.Kind.DENIAL;
        };
    }

    private static AccessEvent.Ending ending(String ending) {
        return switch (ending) {
            case "user" -> AccessEvent.Ending.USER;
            case "back-channel" -> AccessEvent.Ending.BACK_CHANNEL;
            case "front-channel" -> AccessEvent.Ending.FRONT_CHANNEL;
            case "expiry" -> AccessEvent.Ending.EXPIRY;
            case "revocation" -> AccessEvent.Ending.REVOCATION;
            default -> AccessEvent.Ending.ENDING_UNSPECIFIED;
        };
    }
}
