package dev.gatehouse.authz.audit;

import java.time.Instant;
import java.util.Locale;

/**
 * What became of a user's sign-on, or of a request that was refused. Texts are empty where there is nothing to say; they have no control characters, and
 * {@value #LONGEST} characters at most.
 *
 * @param ending what ended a session; empty for all but logouts
 * @param policy {@code <namespace>/<name>}
 * @param route the rule's name, as in metrics of proxies
 * @param check the kind of check that decided: {@code oidc}, {@code api-key}, {@code basic}, {@code introspection}
 * @param outcome {@code ok}, or what went wrong, as in metrics
 * @param detail the same for people
 * @param provider its name in the policy
 * @param subject who it is or claims to be, as {@link dev.gatehouse.authz.policy.Subjects} writes it
 * @param session a digest: the same in each event of one session; two that a user began in one second, in one session of the provider, share theirs
 * @param providerSession a digest of the provider's id of its own session
 * @param sessions how many sessions it is about
 * @param trace the trace's id, in hexadecimal digits
 * @param span the id of authz-svc's span in it; empty: the request is not sampled
 * @param request {@code x-request-id}
 */
public record AuditEvent(
        Instant time,
        Kind kind,
        String ending,
        String policy,
        String route,
        String check,
        String outcome,
        String detail,
        String provider,
        String subject,
        String session,
        String providerSession,
        int sessions,
        String client,
        String method,
        String host,
        String trace,
        String span,
        String request) {
    static final int LONGEST = 256;

    /** What an event is about. */
    public enum Kind {
        LOGIN,
        REFRESH,
        LOGOUT,
        DENIAL;

        /** As logs have it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public AuditEvent {
        ending = plain(ending);
        policy = plain(policy);
        route = plain(route);
        check = plain(check);
        outcome = plain(outcome);
        detail = plain(detail);
        provider = plain(provider);
        subject = plain(subject);
        client = plain(client);
        method = plain(method);
        host = plain(host);
        trace = plain(trace);
        request = plain(request);
    }

    /** Some texts are a client's: a line break in them would be a line of the log, and there is no end to their length. */
    private static String plain(String text) {
        String cut = text.length() > LONGEST ? text.substring(0, LONGEST) : text;
        return cut.chars().anyMatch(Character::isISOControl)
                ? cut.codePoints()
                        .map(c -> Character.isISOControl(c) ? '?' : c)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString()
                : cut;
    }

    /** About how many bytes of memory it holds. */
    long size() {
        return 512
                + 2L
                        * (policy.length()
                                + route.length()
                                + detail.length()
                                + subject.length()
                                + host.length()
                                + request.length()
                                + trace.length());
    }
}
