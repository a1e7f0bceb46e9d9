package dev.gatehouse.standalone;

import dev.gatehouse.controller.config.EnvoyGatewayFile;
import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The EnvoyGateway configuration file that a command reads. */
final class EnvoyGatewayOption {
    private static final String PATHS = "provider.custom.resource.file.paths";

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

    /**
     * The files and folders with objects that a command reads: those of its command line, else those that the
     * configuration names. Says so where the configuration's are passed over.
     *
     * @param given those of the command line
     * @throws IllegalArgumentException the configuration is wrong, or names a path that is not there
     */
    List<Path> objects(List<Path> given, CommandLine command) {
        List<String> paths = checked(command).map(EnvoyGatewayFile::paths).orElse(List.of());
        if (!given.isEmpty()) {
            if (!paths.isEmpty()) {
                command.getErr()
                        .println("gatehouse: " + place(PATHS) + ": EnvoyGateway: " + PATHS
                                + ": is passed over, since the command line names files");
                command.getErr().flush();
            }
            return given;
        }
        for (int i = 0; i < paths.size(); i++) {
            if (!Files.exists(Path.of(paths.get(i)))) {
                String field = PATHS + "[" + i + "]";
                throw new IllegalArgumentException(new Problem(
                                Problem.Severity.ERROR,
                                place(field),
                                "EnvoyGateway",
                                field,
                                paths.get(i) + " is not there (expected: a file or folder with Kubernetes objects;"
                                        + " a relative path is one of the working directory "
                                        + Path.of("").toAbsolutePath() + ")")
                        .toString());
            }
        }
        return paths.stream().map(Path::of).toList();
    }

    private Location place(String field) {
        return YamlDocuments.read(String.valueOf(file), text())
                .documents()
                .getFirst()
                .locate(field);
    }

    private String text() {
        try {
            return Files.readString(Objects.requireNonNull(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<EnvoyGatewayFile> checked(CommandLine command) {
        if (file == null) {
            return Optional.empty();
        }
        EnvoyGatewayFile read = EnvoyGatewayFile.read(file.toString(), text());
        if (read.hasErrors()) {
            Problems.print(read.problems(), command.getErr(), command.getColorScheme());
            throw new IllegalArgumentException(file + " cannot be used (expected: a file without the errors above)");
        }
        return Optional.of(read);
    }
}
