package dev.gatehouse.controller.status;

import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * What a fleet of proxies has said of its configuration.
 *
 * @param connected how many proxies are connected
 * @param waiting those of them that have no configuration yet
 * @param refusing those of them that refused the last configuration
 * @param rejections for objects whose part the proxies refused: their words
 * @param generations for objects: the newest generation that every proxy has applied
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
     * @param own the objects that are served with it: what proxies refuse of others, who share them, does not concern it
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
            // An older generation is in force while the proxies load the newer: what was said of it still holds.
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
