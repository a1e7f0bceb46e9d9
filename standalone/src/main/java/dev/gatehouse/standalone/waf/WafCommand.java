package dev.gatehouse.standalone.waf;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gatehouse waf}. */
@Command(
        name = "waf",
        mixinStandardHelpOptions = true,
        description = {"Work with WAF rules: check them, run their tests, see what they do and what they cost.", ""},
        subcommands = {
            FtwCommand.class,
            EvalCommand.class,
            EventsCommand.class,
            LintCommand.class,
            ExplainCommand.class,
            ProfileCommand.class,
            SuggestExclusionsCommand.class
        },
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n")
public final class WafCommand implements Runnable {
    /** The rules or the input do not allow what was asked, or a test failed. */
    static final int FAILED = 1;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? One of those below.");
    }
}
