package dev.gatehouse.controller;

import dev.gatehouse.controller.config.EnvoyGatewayFile;
import dev.gatehouse.gatewayapi.yaml.Problem;
import io.smallrye.config.ConfigSourceContext;
import io.smallrye.config.ConfigSourceFactory;
import io.smallrye.config.ConfigValue;
import io.smallrye.config.PropertiesConfigSource;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * Settings from the EnvoyGateway configuration file that {@value EnvoyGatewayFile#PROPERTY} names. Environment
 * variables and system properties override the file. An invalid file keeps the service from starting.
 */
public final class EnvoyGatewayConfigSource implements ConfigSourceFactory {
    /** Overrides the settings in the program's jar; the environment overrides this source. */
    private static final int ORDINAL = 275;

    @Override
    public Iterable<ConfigSource> getConfigSources(ConfigSourceContext context) {
        ConfigValue file = context.getValue(EnvoyGatewayFile.PROPERTY);
        if (file == null || file.getValue() == null || file.getValue().isEmpty()) {
            return List.of();
        }
        String text;
        try {
            text = Files.readString(Path.of(file.getValue()));
        } catch (IOException e) {
            throw new IllegalArgumentException(
                    EnvoyGatewayFile.PROPERTY + ": " + file.getValue() + " cannot be read: " + e, e);
        }
        EnvoyGatewayFile read = EnvoyGatewayFile.read(file.getValue(), text);
        if (read.hasErrors()) {
            throw new IllegalArgumentException(
                    read.problems().stream().map(Problem::toString).collect(Collectors.joining("\n")));
        }
        Logger log = System.getLogger(EnvoyGatewayConfigSource.class.getName());
        read.problems().forEach(problem -> log.log(Level.WARNING, problem.toString()));
        return List.of(new PropertiesConfigSource(read.properties(), "EnvoyGateway " + file.getValue(), ORDINAL));
    }

    @Override
    public OptionalInt getPriority() {
        return OptionalInt.of(ORDINAL);
    }
}
