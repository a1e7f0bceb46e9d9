package dev.gatehouse.authz.session;

/** What comes of renewing a session. */
public sealed interface Renewal {
    /** The session has fresh tokens: this replica or another one got them. */
    record Current(Held held) implements Renewal {}

    /** The session has ended. */
    record Over(String why) implements Renewal {}

    /** The provider does not give what was asked for; the session is as it was. */
    record Refused(String why) implements Renewal {}

    /** Nobody could be asked; the session is as it was. */
    record Unavailable(String why) implements Renewal {}

    /** What the one call for new tokens came to. */
    sealed interface Outcome {
        record Renewed(Session session) implements Outcome {}

        record Ended(String why) implements Outcome {}

        record Refused(String why) implements Outcome {}

        record Failed(String why) implements Outcome {}
    }
}
