package dev.gatehouse.controller.status;

import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * The state of a fleet of proxies, from the proxies' reports.
 *
 * @param connected the number of connected proxies
 * @param waiting the connected proxies without a configuration
 * @param refusing the connected proxies that refused the last configuration
 * @param rejections for each object with a refused part, the proxies' error message
 * @param generations for each object, the newest generation that every proxy has applied
 */
public record FleetState(
        int connected,
        List<String> waiting,
        List<String> refusing,
        Map<ObjectRef, String> rejections,
        Map<ObjectRef, Long> generations) {
    /** Nothing is known of the proxies: a translation without a data plane. */
    public static final FleetState UNKNOWN = new FleetState(0, List.of(), List.of(), Map.of(), Map.of());

    public FleetState {
        waiting = List.copyOf(waiting);
        refusing = List.copyOf(refusing);
        rejections = Map.copyOf(rejections);
        generations = Map.copyOf(generations);
    }

    /**
     * Whether {@code generation} of an object is in force, as the condition Programmed.
     *
     * @param own matches the objects that are served with it; rejections of other objects on the same proxies do not
     * count
     */
    public Condition programmed(ObjectRef object, long generation, Predicate<ObjectRef> own) {
        String rejection = rejections.get(object);
        if (rejection != null) {
            return Condition.isFalse(Conditions.PROGRAMMED, "Invalid", "A proxy refused it: " + rejection);
        }
        if (!refusing.isEmpty()
                && (rejections.isEmpty() || rejections.keySet().stream().anyMatch(own))) {
            return Condition.isFalse(
                    Conditions.PROGRAMMED,
                    "Invalid",
                    "Refused by " + String.join(", ", refusing) + ", which serve the last good configuration.");
        }
        Long reached = generations.get(object);
        if (reached != null) {
            // While the proxies load a newer generation, the older one is in force, and its condition stays.
            Condition holds = Condition.isTrue(
                    Conditions.PROGRAMMED, "Programmed", "Every connected proxy has the configuration.");
            return reached == generation ? holds : holds.ofGeneration(reached);
        }
        if (connected == 0) {
            return new Condition(
                    Conditions.PROGRAMMED,
                    Condition.Status.Unknown,
                    "Pending",
                    "No proxy has acknowledged the configuration yet.",
                    OptionalLong.empty());
        }
        return Condition.isFalse(
                Conditions.PROGRAMMED,
                "Pending",
                waiting.isEmpty()
                        ? "The connected proxies have not acknowledged the configuration yet."
                        : waiting.size() + " of " + connected + " connected proxies have no configuration yet.");
    }
}
