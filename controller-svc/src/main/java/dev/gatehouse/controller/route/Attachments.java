package dev.gatehouse.controller.route;

import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.gatewayapi.ParentReference;
import java.util.List;

/**
 * Where a route attaches.
 *
 * @param parents one for each of the route's parents that is ours, in the order of the route
 */
public record Attachments(List<Parent> parents) {
    public Attachments {
        parents = List.copyOf(parents);
    }

    /**
     * One parent.
     *
     * @param controllerName of the Gateway's class
     * @param accepted the condition Accepted, as far as the parent decides it
     */
    public record Parent(ParentReference reference, String controllerName, Condition accepted, List<Binding> bindings) {
        public Parent {
            bindings = List.copyOf(bindings);
        }
    }

    /**
     * The route on one listener.
     *
     * @param places for which hostnames; never empty
     */
    public record Binding(ListenerKey listener, List<Place> places) {
        public Binding {
            places = List.copyOf(places);
        }

        /** For which hostnames: the intersection of the listener's and the route's. */
        public List<String> hostnames() {
            return places.stream().map(Place::hostname).toList();
        }
    }

    /**
     * A hostname for which a route serves.
     *
     * @param hostname in common to the listener and the route
     * @param origin the most specific of the route's own hostnames that it comes from: where several routes serve the same
     *     hostname, this decides which comes first (Gateway API, precedence of hostname intersections)
     */
    public record Place(String hostname, String origin) {}
}
