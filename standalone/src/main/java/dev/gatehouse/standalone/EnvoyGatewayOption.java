package dev.gatehouse.standalone;

import dev.gatehouse.controller.config.EnvoyGatewayFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The EnvoyGateway configuration file that a command reads. */
final class EnvoyGatewayOption {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description =
                    "A configuration file of Envoy Gateway, kind EnvoyGateway: its controllerName, extensionApis and"
                            + " log level count; what has no effect is named.")
    private @Nullable Path file;

    /**
     * The settings of the file, by the names of Gatehouse's properties; fields without effect are told.
     *
     * @throws IllegalArgumentException the file is wrong
     */
    Map<String, String> properties(CommandLine command) {
        if (file == null) {
            return Map.of();
        }
        EnvoyGatewayFile read;
        try {
            read = EnvoyGatewayFile.read(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Problems.print(read.problems(), command.getErr(), command.getColorScheme());
        if (read.hasErrors()) {
            throw new IllegalArgumentException(file + " cannot be used (expected: a file without the errors above)");
        }
        return read.properties();
    }
}
