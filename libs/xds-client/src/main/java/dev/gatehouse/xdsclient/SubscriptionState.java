package dev.gatehouse.xdsclient;

import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where a subscription stands, for health.
 *
 * @param connected a stream to the server is open
 * @param resources accepted and in use
 * @param refused why a resource is refused, by its name, until another version of it is accepted or it is gone
 */
public record SubscriptionState(boolean connected, int resources, Map<String, String> refused) {
    public SubscriptionState {
        refused = Collections.unmodifiableMap(new TreeMap<>(refused));
    }

    /** The refused resources: a line for each problem, beginning with the resource's name; empty: no resource is refused. */
    public Optional<String> refusal() {
        return refused.isEmpty() ? Optional.empty() : Optional.of(new Verdict.Rejected(refused).message());
    }
}
