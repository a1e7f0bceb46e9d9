package dev.gatehouse.standalone;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** The training run for the launcher's AOT cache: runs the commands that should start fast, one after another in one process. */
@Command(name = "train", hidden = true, description = "Translate and validate files, and run them.")
final class TrainCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "The files.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String files;

    @Option(names = "--rules", paramLabel = "FILE", required = true, description = "Directives that are compiled.")
    @SuppressWarnings("NullAway.Init")
    private String rules;

    @Option(
            names = "--parent",
            paramLabel = "PID",
            required = true,
            description = "The process that asks for it: training ends when that has ended, however it did.")
    private long parent;

    @Unmatched
    private List<String> runOptions = new ArrayList<>();

    @Override
    public Integer call() {
        // Nobody is left to end it, nor to take the cache.
        Optional<ProcessHandle> launcher = ProcessHandle.of(parent);
        if (launcher.isEmpty()) {
            return Gatehouse.FAILED;
        }
        launcher.get().onExit().thenRun(() -> Runtime.getRuntime().halt(Gatehouse.FAILED));
        // Without a go command the build brings no Core Rule Set to compile: the rest is worth training all the same.
        silent().execute("waf", "lint", rules);
        for (List<String> command : List.of(
                List.of("translate", "-f", files),
                List.of("translate", "-f", files, "--type", "status", "-o", "json"),
                List.of("validate", "-f", files))) {
            int exit = silent().execute(command.toArray(String[]::new));
            if (exit != 0) {
                return exit;
            }
        }
        List<String> run = new ArrayList<>(List.of("run", files));
        run.addAll(runOptions);
        return Gatehouse.commandLine().execute(run.toArray(String[]::new));
    }

    private static CommandLine silent() {
        CommandLine line = Gatehouse.commandLine();
        line.setOut(new PrintWriter(Writer.nullWriter()));
        return line;
    }
}
