package dev.gatehouse.standalone.signon;

import dev.gatehouse.standalone.imports.Printing;
import dev.gatehouse.standalone.imports.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatehouse import authservice}. */
@Command(
        name = "authservice",
        mixinStandardHelpOptions = true,
        description = {
            "Write the policies that do what Istio's authservice does: on standard output, as YAML. What became of each field is told on"
                    + " standard error.",
            "Each chain becomes a SecurityPolicy and an SSOPolicy: say by --target what of yours they are for.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse import authservice config.json --target HTTPRoute/shop > policies.yaml",
            "  gatehouse import authservice config.json --target shop=HTTPRoute/shop --target blog=HTTPRoute/blog",
            "",
            "Exit code 1: a value is wrong, or something has no counterpart; then nothing is written."
        })
public final class AuthserviceCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            description = "authservice's configuration (JSON), or the ConfigMap that has it; - is standard input.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ImportOptions options;

    @Override
    public Integer call() throws IOException {
        options.checkTargets(spec.commandLine());
        Report report = new Report();
        AuthserviceFile configuration = AuthserviceFile.read(Printing.name(file), Printing.text(file), report);
        Path folder = Optional.ofNullable(file.getParent()).orElse(Path.of(""));
        return Printing.print(
                () -> new Authservice(folder, options, report).policies(configuration),
                report,
                options.allowGaps(),
                spec.commandLine());
    }
}
