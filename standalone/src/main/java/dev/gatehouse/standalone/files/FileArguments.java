package dev.gatehouse.standalone.files;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The files with Kubernetes objects that a command line names, with {@code -f} or without. */
public final class FileArguments {
    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE|DIR",
            description = "A file, or a folder with files (.yaml, .yml, .json); - is standard input. May be repeated.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private List<Path> named = new ArrayList<>();

    @Parameters(paramLabel = "FILE|DIR", arity = "0..*", description = "The same, without -f.")
    @SuppressWarnings("NullAway.Init")
    private List<Path> positional = new ArrayList<>();

    /** Those with {@code -f} first, each in the order of the command line. */
    public List<Path> paths() {
        List<Path> paths = new ArrayList<>(named);
        paths.addAll(positional);
        return paths;
    }
}
