package dev.gatehouse.standalone;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        mixinStandardHelpOptions = true,
        description = "Print a script that completes gatehouse's commands and options in bash and zsh.",
        footerHeading = "%nExample:%n",
        footer = "  source <(gatehouse completion)")
final class CompletionCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine()
                .getOut()
                .print(AutoComplete.bash("gatehouse", spec.root().commandLine()));
        spec.commandLine().getOut().flush();
    }
}
