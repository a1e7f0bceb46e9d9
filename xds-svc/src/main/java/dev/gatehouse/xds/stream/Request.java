package dev.gatehouse.xds.stream;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request of a subscriber, in either variant. */
public sealed interface Request {
    String typeUrl();

    /** The nonce of the answered push; empty: the request answers no push. */
    String nonce();

    /** Whether the request may change the subscription. */
    boolean subscribes();

    /** The subscriber's error message if it refuses the push. */
    Optional<String> error();

    /**
     * Envoy's DiscoveryRequest.
     *
     * @param version the version of the last accepted push, possibly of an earlier stream; empty: none
     * @param names all subscribed names
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
     * @param initialVersions the versions of resources from an earlier stream, by name
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
