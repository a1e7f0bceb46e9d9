package dev.gatehouse.gatewayapi.extension;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Optional;

/**
 * A filter of a library that proxies load.
 *
 * @param name of the library, as the EnvoyProxy registers it
 * @param filter the name of the filter within the library; empty: the library decides
 * @param config what the filter is told when it starts, as JSON's values; empty: nothing
 * @param terminal the filter answers requests itself
 */
public record DynamicModule(String name, String filter, Optional<Object> config, boolean terminal) {
    static DynamicModule read(Fields f) {
        return new DynamicModule(
                f.requiredString("name"),
                f.string("filterName").orElse(""),
                Optional.ofNullable(f.anyTree("config")),
                f.bool("terminalFilter").orElse(false));
    }
}
