package dev.gatehouse.standalone;

import java.io.PrintWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** What the launcher trains the AOT cache with: the commands that should start fast, one after another in one process. */
@Command(name = "train", hidden = true, description = "Translate and validate files, and run them.")
final class TrainCommand implements Callable<Integer> {
    @Parameters(paramLabel = "DIR", description = "The files.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private String files;

    @Unmatched
    private List<String> runOptions = new ArrayList<>();

    @Override
    public Integer call() {
        for (List<String> command : List.of(
                List.of("translate", "-f", files),
                List.of("translate", "-f", files, "--type", "status", "-o", "json"),
                List.of("validate", "-f", files))) {
            CommandLine line = Gatehouse.commandLine();
            line.setOut(new PrintWriter(Writer.nullWriter()));
            int exit = line.execute(command.toArray(String[]::new));
            if (exit != 0) {
                return exit;
            }
        }
        List<String> run = new ArrayList<>(List.of("run", files));
        run.addAll(runOptions);
        return Gatehouse.commandLine().execute(run.toArray(String[]::new));
    }
}
