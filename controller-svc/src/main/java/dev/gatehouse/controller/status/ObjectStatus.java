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

    /** The status of an object that has conditions of its own alone, such as a Backend. */
    record Own(long generation, List<Condition> conditions) implements ObjectStatus {
        public Own {
            conditions = List.copyOf(conditions);
        }
    }

    /**
     * Where a Gateway is reached.
     *
     * @param type "IPAddress", "Hostname", or a name that a controller has for a type of its own
     * @param routability from where: empty where nothing is promised (GEP-5093)
     */
    record Address(String type, String value, String routability) {}

    /**
     * The status of a Gateway or ListenerSet.
     *
     * @param addresses where clients reach it
     * @param attachedListenerSets how many ListenerSets add to it; absent: it is one
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

    /** One listener's. */
    record ListenerStatus(
            String name, List<Listener.RouteGroupKind> supportedKinds, int attachedRoutes, List<Condition> conditions) {
        public ListenerStatus {
            supportedKinds = List.copyOf(supportedKinds);
            conditions = List.copyOf(conditions);
        }
    }

    /** The status of a route: for each of its parents that is ours. */
    record Parents(long generation, List<ParentStatus> parents) implements ObjectStatus {
        public Parents {
            parents = List.copyOf(parents);
        }
    }

    /** The status of a policy: for each object that it is for. */
    record Ancestors(long generation, List<ParentStatus> ancestors) implements ObjectStatus {
        public Ancestors {
            ancestors = List.copyOf(ancestors);
        }
    }

    /**
     * One parent's or ancestor's.
     *
     * @param controllerName who says so: the name in the GatewayClass
     */
    record ParentStatus(ParentReference reference, String controllerName, List<Condition> conditions) {
        public ParentStatus {
            conditions = List.copyOf(conditions);
        }
    }
}
