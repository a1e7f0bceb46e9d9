package dev.gatehouse.standalone;

import dev.gatehouse.controller.files.OfflineTranslation;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which files a command reads, and as which controller. */
final class FileOptions {
    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE|DIR",
            description = "A file, or a folder with files (.yaml, .yml, .json); - is standard input. May be repeated.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private List<Path> named = new ArrayList<>();

    @Parameters(paramLabel = "FILE|DIR", arity = "0..*", description = "The same, without -f.")
    @SuppressWarnings("NullAway.Init")
    private List<Path> positional = new ArrayList<>();

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ControllerOptions controller;

    List<Path> roots() {
        List<Path> roots = new ArrayList<>(named);
        roots.addAll(positional);
        return roots;
    }

    /**
     * What an instance with this configuration makes of the files.
     *
     * @param command prints the problems of the configuration
     */
    OfflineTranslation translate(CommandLine command) {
        return OfflineTranslation.of(roots(), controller.settings(command));
    }

    /** As {@link #translate}, with {@link ControllerOptions#preview what a configuration could allow}. */
    OfflineTranslation preview(CommandLine command) {
        return OfflineTranslation.of(roots(), controller.preview(command));
    }

    /** As {@link #preview}, with what statuses become once proxies have everything. */
    OfflineTranslation previewStatuses(CommandLine command) {
        return OfflineTranslation.preview(roots(), controller.preview(command));
    }
}
