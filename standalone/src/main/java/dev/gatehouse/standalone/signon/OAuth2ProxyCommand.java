package dev.gatehouse.standalone.signon;

import dev.gatehouse.standalone.imports.Printing;
import dev.gatehouse.standalone.imports.Report;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code gatehouse import oauth2-proxy}. */
@Command(
        name = "oauth2-proxy",
        mixinStandardHelpOptions = true,
        description = {
            "Write the policies that do what an oauth2-proxy does: on standard output, as YAML. What became of each option is told on"
                    + " standard error.",
            "Files are its configuration file, its alpha configuration, manifests with its arguments and variables (also ConfigMaps with"
                    + " its files), or files of variables OAUTH2_PROXY_…; name all that belong together.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse import oauth2-proxy oauth2-proxy.cfg --gateway front > policies.yaml",
            "  gatehouse import oauth2-proxy deployment.yaml alpha.yaml --target HTTPRoute/shop",
            "",
            "Exit code 1: a value is wrong, or something has no counterpart; then nothing is written."
        })
public final class OAuth2ProxyCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Files of one oauth2-proxy; - is standard input.")
    @SuppressWarnings("NullAway.Init")
    private List<Path> files;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ImportOptions options;

    @Override
    public Integer call() throws IOException {
        if (options.targets().isEmpty() == options.gateway().isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "For what? Either --gateway NAME, for which routes to the upstreams are made, or --target KIND/NAME: a route of yours.");
        }
        options.checkTargets(spec.commandLine());
        Report report = new Report();
        OAuth2ProxyFiles configuration = new OAuth2ProxyFiles(report);
        for (Path file : files) {
            configuration.read(Printing.name(file), Printing.text(file));
        }
        Path folder = Optional.ofNullable(files.getFirst().getParent()).orElse(Path.of(""));
        return Printing.print(
                () -> OAuth2Proxy.policies(configuration, folder, options, report),
                report,
                options.allowGaps(),
                spec.commandLine());
    }
}
