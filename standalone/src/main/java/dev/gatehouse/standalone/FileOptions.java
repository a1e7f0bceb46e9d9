package dev.gatehouse.standalone;

import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.standalone.files.FileArguments;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/** Which files a command reads, and as which controller. */
final class FileOptions {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private FileArguments arguments;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ControllerOptions controller;

    /**
     * The files: those of the command line, else those that the configuration names.
     *
     * @throws ParameterException neither names a file
     */
    private List<Path> roots(CommandLine command) {
        List<Path> roots = controller.objects(arguments.paths(), command);
        if (roots.isEmpty()) {
            throw new ParameterException(command, "Which files? Name them with -f FILE.");
        }
        return roots;
    }

    /**
     * What an instance with this configuration makes of the files.
     *
     * @param command prints the problems of the configuration
     */
    OfflineTranslation translate(CommandLine command) {
        return OfflineTranslation.of(roots(command), controller.settings(command));
    }

    /** As {@link #translate}, with {@link ControllerOptions#preview what a configuration could allow}. */
    OfflineTranslation preview(CommandLine command) {
        return OfflineTranslation.of(roots(command), controller.preview(command));
    }

    /** As {@link #preview}, with what statuses become once proxies have everything. */
    OfflineTranslation previewStatuses(CommandLine command) {
        return OfflineTranslation.preview(roots(command), controller.preview(command));
    }
}
