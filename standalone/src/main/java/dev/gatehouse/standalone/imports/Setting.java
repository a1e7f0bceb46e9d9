package dev.gatehouse.standalone.imports;

import dev.gatehouse.gatewayapi.yaml.Location;
import java.util.List;
import java.util.Optional;

/**
 * An option that a file sets.
 *
 * @param name as the user wrote it
 * @param values one for an option that is no list
 * @param reference the key of a Secret that has the value; then {@code values} is empty
 */
public record Setting(String name, Location location, List<String> values, Optional<SecretKey> reference) {
    /** A key of a Secret of Kubernetes. */
    public record SecretKey(String secret, String key) {}

    public Setting {
        values = List.copyOf(values);
    }

    public Setting(String name, Location location, List<String> values) {
        this(name, location, values, Optional.empty());
    }

    public String value() {
        return values.isEmpty() ? "" : values.getLast();
    }

    /** The text never contains the values, since some are secret. */
    @Override
    public String toString() {
        return name + " at " + location;
    }
}
