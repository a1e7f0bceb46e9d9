package dev.gatehouse.standalone;

import picocli.CommandLine.Command;

/** {@code gatehouse authz}. */
@Command(
        name = "authz",
        mixinStandardHelpOptions = true,
        description = {"Work with rules about who may pass.", ""},
        subcommands = AuthzExplainCommand.class,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n")
final class AuthzCommand extends GroupCommand {}
