package dev.gatehouse.gatewayapi.extension;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Optional;

/**
 * A filter in a shared library that proxies load.
 *
 * @param name the name under which the EnvoyProxy registers the library
 * @param filter the name of the filter within the library; empty: the library decides
 * @param config the filter's configuration as JSON values; empty: none
 * @param terminal true if the filter answers requests itself; proxies need no mark for that
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
