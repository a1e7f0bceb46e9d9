package dev.gatehouse.controller.route;

import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.gatewayapi.ParentReference;
import java.util.List;

/**
 * The parents and listeners that a route attaches to.
 *
 * @param parents the route's parents that this controller serves, in the route's order
 */
public record Attachments(List<Parent> parents) {
    public Attachments {
        parents = List.copyOf(parents);
    }

    /**
     * One parent.
     *
     * @param controllerName the controller name of the Gateway's class
     * @param accepted the condition Accepted, as far as attachment decides it
     */
    public record Parent(ParentReference reference, String controllerName, Condition accepted, List<Binding> bindings) {
        public Parent {
            bindings = List.copyOf(bindings);
        }
    }

    /**
     * The route on one listener.
     *
     * @param places the hostnames that the route serves on the listener; never empty
     */
    public record Binding(ListenerKey listener, List<Place> places) {
        public Binding {
            places = List.copyOf(places);
        }

        /** The served hostnames: the intersection of the listener's and the route's hostnames. */
        public List<String> hostnames() {
            return places.stream().map(Place::hostname).toList();
        }
    }

    /**
     * A hostname for which a route serves.
     *
     * @param hostname a hostname that both the listener and the route match
     * @param origin the most specific of the route's own hostnames that covers it; if several routes serve the same
     * hostname, it decides their precedence (Gateway API, precedence of hostname intersections)
     */
    public record Place(String hostname, String origin) {}
}
