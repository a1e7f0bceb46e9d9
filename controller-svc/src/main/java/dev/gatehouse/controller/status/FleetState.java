package dev.gatehouse.controller.status;

import dev.gatehouse.gatewayapi.ObjectRef;
import java.util.Map;

/**
 * What a fleet of proxies has said of its configuration.
 *
 * @param programmed whether it is in force, as a condition
 * @param rejections for objects whose part the proxies refused: their words
 */
public record FleetState(Condition programmed, Map<ObjectRef, String> rejections) {
    /** Nothing is known of the proxies: a translation without a data plane. */
    public static final FleetState UNKNOWN = new FleetState(
            new Condition(
                    Conditions.PROGRAMMED,
                    Condition.Status.Unknown,
                    "Pending",
                    "No proxy has acknowledged the configuration yet."),
            Map.of());

    public FleetState {
        rejections = Map.copyOf(rejections);
    }
}
