package dev.gatehouse.authz.policy;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What comes of a request. */
public sealed interface Decision {
    /** Of the policy that decided; empty where there was none. */
    Optional<String> policy();

    /** @param identities who it is by each check that was passed, by the check's kind; empty where a check let it through unidentified */
    record Allowed(Optional<String> policy, Map<String, String> identities, Changes changes) implements Decision {
        public Allowed {
            identities = Collections.unmodifiableMap(new LinkedHashMap<>(identities));
        }
    }

    /**
     * @param kind of the check that denied; empty where it was none
     * @param challenges for WWW-Authenticate
     * @param identity who it claims to be, where that is known and no secret
     * @param headers of the answer, by lower-case name
     */
    record Denied(
            Optional<String> policy,
            Optional<String> kind,
            Reason reason,
            List<String> challenges,
            Optional<String> identity,
            Map<String, String> headers)
            implements Decision {
        public Denied {
            challenges = List.copyOf(challenges);
            headers = Map.copyOf(headers);
        }

        /** Where no policy came to decide. */
        static Denied withoutPolicy(Optional<String> named, Reason reason) {
            return new Denied(named, Optional.empty(), reason, List.of(), Optional.empty(), Map.of());
        }
    }

    /**
     * A check answered the request itself.
     *
     * @param outcome for metrics and logs
     * @param recorded an event of its own tells of it: it is not recorded as a denial, too
     */
    record Answered(
            Optional<String> policy,
            String kind,
            Answer answer,
            String outcome,
            Optional<String> identity,
            boolean recorded)
            implements Decision {}
}
