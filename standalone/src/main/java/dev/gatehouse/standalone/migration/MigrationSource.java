package dev.gatehouse.standalone.migration;

import dev.gatehouse.standalone.files.FileArguments;
import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.instance.KubeconfigOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where an import reads from: files, or a cluster. */
final class MigrationSource {
    @Mixin
    private FileArguments arguments = new FileArguments();

    @Mixin
    private KubeconfigOptions kubeconfig = new KubeconfigOptions();

    @Option(
            names = "--allow-gaps",
            description =
                    "Write the objects though something has no counterpart: what it restricts is closed. The report names it.")
    private boolean allowGaps;

    boolean allowGaps() {
        return allowGaps;
    }

    /**
     * Reads the objects.
     *
     * @param kinds of a cluster: what of it is read
     * @throws IOException a file cannot be read, or the cluster does not answer
     */
    Manifests read(List<ClusterTexts.Listed> kinds, Report report, CommandLine command) throws IOException {
        List<Path> files = arguments.paths();
        boolean cluster = files.isEmpty() ? kubeconfig.cluster() : kubeconfig.named();
        if (cluster != files.isEmpty()) {
            throw new ParameterException(
                    command,
                    "From where? Either files, by -f FILE, or the cluster, by --kubernetes or --context NAME.");
        }
        Manifests manifests = new Manifests();
        if (cluster) {
            ClusterTexts.read(kubeconfig, kinds, manifests, report);
        }
        for (Path file : files) {
            manifests.read(file, report);
        }
        return manifests;
    }
}
