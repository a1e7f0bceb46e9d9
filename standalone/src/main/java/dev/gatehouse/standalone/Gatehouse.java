package dev.gatehouse.standalone;

import dev.gatehouse.standalone.waf.WafCommand;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The {@code gatehouse} command. Parses the command line without Quarkus, so that a command that serves nothing answers at
 * once; a command that needs the services starts Quarkus itself.
 *
 * <p>Exit codes: 0 as asked, 1 the input or the machine does not allow it, 2 the command line is wrong.
 */
@QuarkusMain
@Command(
        name = "gatehouse",
        description = {"An enterprise gateway on Envoy: Gateway API files in, a running gateway out.", ""},
        subcommands = {
            RunCommand.class,
            StatusCommand.class,
            ValidateCommand.class,
            TranslateCommand.class,
            ExplainCommand.class,
            AuthzCommand.class,
            ConfigCommand.class,
            XdsCommand.class,
            StatsCommand.class,
            LogsCommand.class,
            QuotaCommand.class,
            CollectCommand.class,
            AuditCommand.class,
            UpgradeCommand.class,
            DashboardCommand.class,
            HttpbinCommand.class,
            ImportCommand.class,
            CompletionCommand.class,
            TrainCommand.class,
            WafCommand.class,
            VersionCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = GatehouseVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse run                         the quickstart: a gateway on port 10080, and a backend behind it",
            "  gatehouse run my-gateway.yaml         your own Gateway API files, watched",
            "  gatehouse validate my-gateway.yaml    what is wrong with them, line by line",
            "  gatehouse status                      what a running gateway does",
            "  gatehouse httpbin                     a backend to try a gateway with, on port 8000",
            "  gatehouse httpbin --help              what it can be told",
            "  source <(gatehouse completion)        Tab completes commands and options",
            "",
            "Exit codes: 0 as asked; 1 the input or the machine does not allow it; 2 the command line is wrong."
        })
public final class Gatehouse implements Runnable {
    /** The exit code if the input or the machine prevents the command. */
    static final int FAILED = CommandLine.ExitCode.SOFTWARE;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Gatehouse())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println(command.getColorScheme().errorText("gatehouse: " + message(failure)));
                    return FAILED;
                });
    }

    /** Exceptions about files name the file, and often nothing else. */
    private static String message(Exception failure) {
        return switch (failure) {
            case UncheckedIOException wrapped -> message(Objects.requireNonNull(wrapped.getCause()));
            case NoSuchFileException missing -> missing.getFile() + " is not there (expected: a file)";
            case AccessDeniedException denied -> denied.getFile() + " may not be read";
            case KubernetesClientException cluster -> "the cluster cannot be asked: " + reason(cluster);
            case FileSystemException file when file.getReason() != null -> file.getFile() + ": " + file.getReason();
            default -> Optional.ofNullable(failure.getMessage()).orElse(failure.toString());
        };
    }

    /** The API server's own words, or why it cannot be reached; the client's exceptions are about themselves. */
    private static String reason(KubernetesClientException failure) {
        if (failure.getStatus() != null && failure.getStatus().getMessage() != null) {
            return failure.getStatus().getMessage()
                    + (failure.getCode() == 403 ? " (expected: a Role that allows it)" : "");
        }
        Throwable cause = Objects.requireNonNullElse(failure.getCause(), failure);
        String message = Objects.requireNonNullElse(cause.getMessage(), "");
        // "kubernetes.default.svc" alone says nothing: UnknownHostException does.
        return message.contains(" ") ? message : cause.toString();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? One of those below.");
    }
}
