package dev.gatehouse.standalone.waf;

import dev.gatehouse.standalone.GroupCommand;
import picocli.CommandLine.Command;

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
public final class WafCommand extends GroupCommand {
    /** The exit code if the rules or the input prevent the command, or a test failed. */
    static final int FAILED = 1;
}
