package dev.gatehouse.events;

/**
 * Names one xDS resource of one fleet.
 *
 * @param fleet {@code <namespace>/<gateway>}, or {@code gatehouse/ratelimit} and the like for the callout services
 * @param typeUrl {@code type.googleapis.com/…}
 * @param name the resource's xDS name
 */
public record ResourceId(String fleet, String typeUrl, String name) {
    public ResourceId {
        requireText(fleet, "fleet");
        requireText(typeUrl, "type URL");
        requireText(name, "resource name");
    }

    private static void requireText(String value, String what) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException(what + ": empty (expected: a name)");
        }
    }
}
