package dev.gatehouse.xds.stream;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request of a subscriber, in either variant. */
public sealed interface Request {
    String typeUrl();

    /** The push that this answers; empty: none. */
    String nonce();

    /** Whether it may change what is subscribed to. */
    boolean subscribes();

    /** The subscriber's words, where it refuses the push. */
    Optional<String> error();

    /**
     * Envoy's DiscoveryRequest.
     *
     * @param version of the last push that was accepted, maybe on an earlier stream; empty: none
     * @param names all that is subscribed to
     */
    record StateOfTheWorld(String typeUrl, String version, String nonce, List<String> names, Optional<String> error)
            implements Request {
        public StateOfTheWorld {
            names = List.copyOf(names);
        }

        @Override
        public boolean subscribes() {
            return true;
        }
    }

    /**
     * Envoy's DeltaDiscoveryRequest.
     *
     * @param initialVersions what the subscriber has from an earlier stream, by name
     */
    record Delta(
            String typeUrl,
            String nonce,
            List<String> subscribe,
            List<String> unsubscribe,
            Map<String, String> initialVersions,
            Optional<String> error)
            implements Request {
        public Delta {
            subscribe = List.copyOf(subscribe);
            unsubscribe = List.copyOf(unsubscribe);
            initialVersions = Map.copyOf(initialVersions);
        }

        @Override
        public boolean subscribes() {
            return !subscribe.isEmpty() || !unsubscribe.isEmpty();
        }
    }
}
