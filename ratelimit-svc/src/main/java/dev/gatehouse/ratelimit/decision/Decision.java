package dev.gatehouse.ratelimit.decision;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * About one request.
 *
 * @param statuses the status of each descriptor, in the descriptors' order
 * @param knownDomain whether there are rules for the domain
 */
public record Decision(Code overall, List<Status> statuses, boolean knownDomain) {
    public Decision {
        statuses = List.copyOf(statuses);
    }

    static Decision of(List<Status> statuses, boolean knownDomain) {
        boolean over = false;
        boolean quotaMet = false;
        boolean quotaLeft = false;
        for (Status status : statuses) {
            boolean quota = status instanceof Status.Counted counted && counted.quota();
            quotaMet |= quota;
            quotaLeft |= quota && status.code() == Code.OK;
            over |= !quota && status.code() == Code.OVER_LIMIT;
        }
        boolean refused = over || (quotaMet && !quotaLeft);
        return new Decision(refused ? Code.OVER_LIMIT : Code.OK, statuses, knownDomain);
    }

    /** The status with the fewest remaining hits, for the response headers to the client. */
    public Optional<Status.Counted> tightest() {
        return statuses.stream()
                .filter(Status.Counted.class::isInstance)
                .map(Status.Counted.class::cast)
                .min(Comparator.comparingLong(Status.Counted::remaining));
    }
}
