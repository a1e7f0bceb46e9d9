package dev.gatehouse.standalone;

import dev.gatehouse.controller.config.EnvoyGatewayFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
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
     * Reads the file; prints warnings about fields without effect.
     *
     * @throws IllegalArgumentException the file is wrong
     */
    Optional<EnvoyGatewayFile> read(CommandLine command) {
        Optional<EnvoyGatewayFile> read = checked(command);
        read.ifPresent(each -> Problems.print(each.problems(), command.getErr(), command.getColorScheme()));
        return read;
    }

    /**
     * The file, for a service that reads it itself, and tells of fields without effect.
     *
     * @throws IllegalArgumentException the file is wrong
     */
    Optional<Path> path(CommandLine command) {
        return checked(command).map(_ -> Objects.requireNonNull(file));
    }

    private Optional<EnvoyGatewayFile> checked(CommandLine command) {
        if (file == null) {
            return Optional.empty();
        }
        EnvoyGatewayFile read;
        try {
            read = EnvoyGatewayFile.read(file.toString(), Files.readString(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (read.hasErrors()) {
            Problems.print(read.problems(), command.getErr(), command.getColorScheme());
            throw new IllegalArgumentException(file + " cannot be used (expected: a file without the errors above)");
        }
        return Optional.of(read);
    }
}
