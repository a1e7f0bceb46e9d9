package dev.gatehouse.authz.audit;

import dev.gatehouse.authz.oidc.SignOnLog;
import dev.gatehouse.authz.policy.Decision;
import dev.gatehouse.authz.policy.Subjects;
import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.session.Session;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes the events of the audit log: one for each login that was finished or failed, each refresh, each session that ended, and each request that was refused. A
 * request that is let through makes none. Of a request an event has the method, the host, the request's id and the trace: never a path, a body or another header.
 * Safe for any thread.
 */
public final class AuditTrail {
    private static final int FIRST_ERROR = 400;

    /** {@code version-trace-parent-flags}, W3C Trace Context section 3.2; and B3's single header, which begins with the trace. */
    private static final Pattern TRACEPARENT = Pattern.compile("[0-9a-f]{2}-([0-9a-f]{32})-.*");

    private static final Pattern B3 = Pattern.compile("([0-9a-fA-F]{32}|[0-9a-fA-F]{16})(?:-.*)?");

    private final Subjects subjects;
    private final InstantSource clock;
    private final Consumer<AuditEvent> sink;

    /** @param sink must not block */
    public AuditTrail(Subjects subjects, InstantSource clock, Consumer<AuditEvent> sink) {
        this.subjects = subjects;
        this.clock = clock;
        this.sink = sink;
    }

    /** Takes every decision; a denial is an event. */
    public void decided(HttpRequest request, Decision decision) {
        switch (decision) {
            case Decision.Allowed _ -> {}
            case Decision.Denied denied ->
                denial(
                        request,
                        denied.policy(),
                        denied.kind().orElse(""),
                        denied.reason().label(),
                        denied.reason().text(),
                        denied.identity());
            case Decision.Answered answered -> {
                if (answered.answer().status() >= FIRST_ERROR && !answered.recorded()) {
                    denial(request, answered.policy(), answered.kind(), answered.outcome(), "", answered.identity());
                }
            }
        }
    }

    private void denial(
            HttpRequest request,
            Optional<String> policy,
            String check,
            String outcome,
            String detail,
            Optional<String> identity) {
        add(
                request,
                AuditEvent.Kind.DENIAL,
                "",
                policy.orElse(""),
                check,
                outcome,
                detail,
                "",
                identity,
                Optional.empty(),
                Optional.empty(),
                0);
    }

    /** Takes what happens to sessions. */
    public void happened(HttpRequest request, SignOnLog.Event event) {
        add(
                request,
                switch (event.kind()) {
                    case LOGIN -> AuditEvent.Kind.LOGIN;
                    case REFRESH -> AuditEvent.Kind.REFRESH;
                    case LOGOUT -> AuditEvent.Kind.LOGOUT;
                },
                event.ending()
                        .map(ending -> ending.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .orElse(""),
                event.policy(),
                "oidc",
                event.outcome(),
                event.detail(),
                event.provider(),
                event.subject(),
                event.session(),
                event.sid(),
                event.sessions());
    }

    private void add(
            HttpRequest request,
            AuditEvent.Kind kind,
            String ending,
            String policy,
            String check,
            String outcome,
            String detail,
            String provider,
            Optional<String> subject,
            Optional<Session> session,
            Optional<String> sid,
            int sessions) {
        sink.accept(new AuditEvent(
                clock.instant(),
                kind,
                ending,
                policy,
                request.sender().route(),
                check,
                outcome,
                detail,
                provider,
                subject.flatMap(subjects::written).orElse(""),
                session.map(this::digest).orElse(""),
                sid.map(id -> subjects.digest("provider-session", provider, id)).orElse(""),
                sessions,
                request.sender().address(),
                request.method(),
                request.host(),
                trace(request),
                request.sender().span(),
                request.header("x-request-id").orElse("")));
    }

    /** Of what stays the same from the login to the end: tickets and cookies change. */
    private String digest(Session session) {
        return subjects.digest(
                "session",
                session.issuer(),
                session.clientId(),
                session.subject(),
                session.sid().orElse(""),
                Long.toString(session.began().getEpochSecond()));
    }

    /** The proxy's trace, which is the one of access logs; where it traces nothing, the client's. */
    private static String trace(HttpRequest request) {
        return Optional.of(request.sender().trace())
                .filter(trace -> !trace.isEmpty())
                .or(() -> first(request, "traceparent", TRACEPARENT))
                .or(() -> first(request, "b3", B3))
                .or(() -> first(request, "x-b3-traceid", B3))
                .orElse("");
    }

    private static Optional<String> first(HttpRequest request, String header, Pattern form) {
        return request.header(header)
                .map(form::matcher)
                .filter(Matcher::matches)
                .map(matcher -> matcher.group(1).toLowerCase(Locale.ROOT));
    }
}
