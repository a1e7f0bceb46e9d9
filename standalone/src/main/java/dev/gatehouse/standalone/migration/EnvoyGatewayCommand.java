package dev.gatehouse.standalone.migration;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code gatehouse import envoy-gateway}. */
@Command(
        name = "envoy-gateway",
        mixinStandardHelpOptions = true,
        description = {
            "Tell what becomes of the objects and the configuration of an Envoy Gateway, line by line on standard error, and write the"
                    + " kustomization with which Gatehouse takes its place, its configuration, and the objects that need a change.",
            "Files are objects, its configuration (kind EnvoyGateway, or the ConfigMap envoy-gateway-config), and values of its Helm chart.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse import envoy-gateway --context prod --directory deploy/overlays/mine",
            "  gatehouse import envoy-gateway -f objects.yaml -f values.yaml",
            "",
            "Exit code 1: something is not served; then nothing is written, unless --allow-gaps is given."
        })
public final class EnvoyGatewayCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private EnvoyGatewayOptions options;

    @Override
    public Integer call() throws IOException {
        return options.run(false, spec.commandLine());
    }
}
