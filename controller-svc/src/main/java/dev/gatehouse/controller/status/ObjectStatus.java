package dev.gatehouse.controller.status;

import dev.gatehouse.gatewayapi.Listener;
import dev.gatehouse.gatewayapi.ParentReference;
import java.util.List;
import java.util.OptionalInt;

/** The status that an object should have. */
public sealed interface ObjectStatus {
    /** The object's generation that the status is about. */
    long generation();

    /** The status of a GatewayClass. */
    record OfClass(long generation, List<Condition> conditions, List<String> supportedFeatures)
            implements ObjectStatus {
        public OfClass {
            conditions = List.copyOf(conditions);
            supportedFeatures = List.copyOf(supportedFeatures);
        }
    }

    /** The status of an object without parents, such as a Backend. */
    record Own(long generation, List<Condition> conditions) implements ObjectStatus {
        public Own {
            conditions = List.copyOf(conditions);
        }
    }

    /**
     * An address of a Gateway.
     *
     * @param type "IPAddress", "Hostname", or a controller's own type
     * @param routability from where clients reach it; empty: not specified (GEP-5093)
     */
    record Address(String type, String value, String routability) {}

    /**
     * The status of a Gateway or ListenerSet.
     *
     * @param addresses the addresses at which clients reach it
     * @param attachedListenerSets the number of ListenerSets that add to the Gateway; absent for a ListenerSet
     */
    record Listeners(
            long generation,
            List<Condition> conditions,
            List<ListenerStatus> listeners,
            List<Address> addresses,
            OptionalInt attachedListenerSets)
            implements ObjectStatus {
        public Listeners(
                long generation, List<Condition> conditions, List<ListenerStatus> listeners, List<Address> addresses) {
            this(generation, conditions, listeners, addresses, OptionalInt.empty());
        }

        public Listeners {
            conditions = List.copyOf(conditions);
            listeners = List.copyOf(listeners);
            addresses = List.copyOf(addresses);
        }
    }

    /** The status of one listener. */
    record ListenerStatus(
            String name, List<Listener.RouteGroupKind> supportedKinds, int attachedRoutes, List<Condition> conditions) {
        public ListenerStatus {
            supportedKinds = List.copyOf(supportedKinds);
            conditions = List.copyOf(conditions);
        }
    }

    /** The status of a route: an entry for each parent that this controller serves. */
    record Parents(long generation, List<ParentStatus> parents) implements ObjectStatus {
        public Parents {
            parents = List.copyOf(parents);
        }
    }

    /** The status of a policy: an entry for each ancestor. */
    record Ancestors(long generation, List<ParentStatus> ancestors) implements ObjectStatus {
        public Ancestors {
            ancestors = List.copyOf(ancestors);
        }
    }

    /**
     * The entry of one parent or ancestor.
     *
     * @param controllerName the controller name in the GatewayClass, which owns the entry
     */
    record ParentStatus(ParentReference reference, String controllerName, List<Condition> conditions) {
        public ParentStatus {
            conditions = List.copyOf(conditions);
        }
    }
}
