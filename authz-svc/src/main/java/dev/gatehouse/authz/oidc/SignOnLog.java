package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.session.Session;
import java.util.Optional;

/** Takes what happens to sessions, for metrics and an audit log. Safe for any thread. */
@FunctionalInterface
public interface SignOnLog {
    void happened(HttpRequest request, Event event);

    /** What it is about. */
    enum Kind {
        LOGIN,
        REFRESH,
        LOGOUT
    }

    /** What ended a session. */
    enum Ending {
        /** The user, RP-Initiated Logout 1.0. */
        USER,
        /** The provider's server, Back-Channel Logout 1.0. */
        BACK_CHANNEL,
        /** A frame of the provider's page, Front-Channel Logout 1.0. */
        FRONT_CHANNEL,
        /** Its lifetime, or that of tokens that cannot be refreshed. */
        EXPIRY,
        /** The provider refused to refresh its tokens, or the policy has its provider no more. */
        REVOCATION
    }

    /**
     * One event.
     *
     * @param ending of a logout only
     * @param session which it is about, where that is one that is known; it has tokens, which are no part of a record
     * @param subject who it is about, where that is known
     * @param sid the provider's id of its own session, where that is known
     * @param sessions how many sessions have begun, go on or have ended
     * @param outcome {@code ok}, or what went wrong in a word or two for metrics
     * @param detail for people, with nothing secret in it
     */
    record Event(
            Kind kind,
            Optional<Ending> ending,
            String policy,
            String provider,
            Optional<Session> session,
            Optional<String> subject,
            Optional<String> sid,
            int sessions,
            String outcome,
            String detail) {
        static Event login(String policy, String provider, String outcome, String detail) {
            return new Event(
                    Kind.LOGIN,
                    Optional.empty(),
                    policy,
                    provider,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    0,
                    outcome,
                    detail);
        }

        static Event logout(Ending ending, String policy, String provider, String outcome, String detail) {
            return new Event(
                    Kind.LOGOUT,
                    Optional.of(ending),
                    policy,
                    provider,
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    0,
                    outcome,
                    detail);
        }

        /** What became of {@code session}. */
        static Event of(
                Kind kind, Optional<Ending> ending, String policy, Session session, String outcome, String detail) {
            return new Event(
                    kind,
                    ending,
                    policy,
                    session.provider(),
                    Optional.of(session),
                    Optional.of(session.subject()),
                    session.sid(),
                    1,
                    outcome,
                    detail);
        }

        /** The same about these. */
        Event about(Optional<String> subject, Optional<String> sid, int sessions) {
            return new Event(kind, ending, policy, provider, session, subject, sid, sessions, outcome, detail);
        }
    }
}
