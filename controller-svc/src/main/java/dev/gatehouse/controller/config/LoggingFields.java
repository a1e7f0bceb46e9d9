package dev.gatehouse.controller.config;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads {@code logging}. */
final class LoggingFields {
    private static final String CONTROLLER = "dev.gatehouse.controller.";

    /** The packages that correspond to each logging component of Envoy Gateway. */
    private static final Map<String, List<String>> PACKAGES = Map.of(
            "provider", List.of(CONTROLLER + "kubernetes", CONTROLLER + "files"),
            "gateway-api", List.of(CONTROLLER + "control", CONTROLLER + "translate"),
            "xds-translator", List.of(CONTROLLER + "envoy", CONTROLLER + "hook", CONTROLLER + "publish"),
            "xds-server", List.of("dev.gatehouse.xds"),
            "xds", List.of("dev.gatehouse.xds", "dev.gatehouse.events"),
            "infrastructure", List.of(CONTROLLER + "infrastructure", "dev.gatehouse.standalone.fleet"),
            "global-ratelimit", List.of("dev.gatehouse.ratelimit"));

    private enum Level {
        debug,
        info,
        warn,
        error
    }

    private enum Encoder {
        Text,
        JSON
    }

    private LoggingFields() {}

    static String read(Fields f, Map<String, String> properties) {
        f.object("level", level -> {
            level.choice("default", Level.class).ifPresent(each -> properties.put("quarkus.log.level", name(each)));
            PACKAGES.forEach((component, packages) -> level.choice(component, Level.class)
                    .ifPresent(each -> packages.forEach(
                            name -> properties.put("quarkus.log.category.\"" + name + "\".level", name(each)))));
            level.passOver("sds-server", "is not served and has no effect");
            return "";
        });
        f.choice("encoder", Encoder.class)
                .ifPresent(encoder ->
                        properties.put("quarkus.log.console.json.enabled", Boolean.toString(encoder == Encoder.JSON)));
        return "";
    }

    private static String name(Level level) {
        return level.name().toUpperCase(Locale.ROOT);
    }
}
