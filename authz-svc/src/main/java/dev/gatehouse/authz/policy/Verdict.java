package dev.gatehouse.authz.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What one part of a policy says of a request. */
public sealed interface Verdict {
    /** @param identity who it is: a client id, a user */
    record Passed(String identity, Changes changes) implements Verdict {}

    /**
     * @param challenge for WWW-Authenticate, RFC 9110 section 11.6.1; with status 401, or 403 where RFC 6750 has it so
     * @param identity who it claims to be, where that is no secret
     * @param headers of the answer, by lower-case name
     */
    record Denied(Reason reason, Optional<String> challenge, Optional<String> identity, Map<String, String> headers)
            implements Verdict {
        public Denied {
            headers = Map.copyOf(headers);
        }

        public Denied(Reason reason, Optional<String> challenge, Optional<String> identity) {
            this(reason, challenge, identity, Map.of());
        }
    }

    /**
     * The request does not reach the backend: the check answers it.
     *
     * @param outcome for metrics and logs, such as {@code login-started}
     * @param identity who it is, where that is known and no secret
     * @param recorded an event of its own tells of it: it is not recorded as a denial, too
     */
    record Answered(Answer answer, String outcome, Optional<String> identity, boolean recorded) implements Verdict {
        public Answered(Answer answer, String outcome, Optional<String> identity) {
            this(answer, outcome, identity, false);
        }

        /** The same with more values of Set-Cookie in the answer. */
        public Answered with(List<String> setCookies) {
            return setCookies.isEmpty() ? this : new Answered(answer.with(setCookies), outcome, identity, recorded);
        }
    }
}
