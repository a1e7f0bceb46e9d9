package dev.gatehouse.standalone.migration;

import dev.gatehouse.standalone.imports.Printing;
import dev.gatehouse.standalone.imports.Report;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code gatehouse import ingress-nginx}. */
@Command(
        name = "ingress-nginx",
        mixinStandardHelpOptions = true,
        description = {
            "Write the Gateway, routes and policies that do what an ingress-nginx does: on standard output, as YAML. What became of each"
                    + " annotation is told on standard error.",
            "Files are Ingresses, and beside them the Services whose ports they name, Secrets with passwords, ConfigMaps that"
                    + " annotations name, and the ConfigMaps of the controller (ingress-nginx-controller, tcp-services, udp-services).",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse import ingress-nginx -f ingresses/ > gatehouse.yaml",
            "  kubectl get ingress,service,configmap -A -o yaml | gatehouse import ingress-nginx -f - > gatehouse.yaml",
            "  gatehouse import ingress-nginx --context prod --allow-gaps > gatehouse.yaml",
            "",
            "Exit code 1: a value is wrong, or something has no counterpart; then nothing is written."
        })
public final class IngressNginxCommand implements Callable<Integer> {
    private static final List<ClusterTexts.Listed> KINDS = List.of(
            new ClusterTexts.Listed("networking.k8s.io", "v1", "IngressClass", "ingressclasses", false),
            new ClusterTexts.Listed("networking.k8s.io", "v1", "Ingress", "ingresses", true),
            new ClusterTexts.Listed("", "v1", "Service", "services", true),
            new ClusterTexts.Listed("", "v1", "ConfigMap", "configmaps", true),
            new ClusterTexts.Listed("", "v1", "Secret", "secrets", true));

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private MigrationSource source;

    @Option(
            names = "--class",
            paramLabel = "NAME",
            defaultValue = "nginx",
            description = "The class of the Ingresses (${DEFAULT-VALUE}), and of those that name none.")
    @SuppressWarnings("NullAway.Init")
    private String ingressClass;

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            defaultValue = "default",
            description =
                    "The namespace of the Gateway (${DEFAULT-VALUE}); routes and policies are where the Ingresses are.")
    @SuppressWarnings("NullAway.Init")
    private String namespace;

    @Option(
            names = "--gateway",
            paramLabel = "NAME",
            defaultValue = "ingress",
            description = "What the Gateway is called (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private String gateway;

    @Option(
            names = "--gateway-class",
            paramLabel = "NAME",
            defaultValue = "gatehouse",
            description = "The class of the Gateway (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private String gatewayClass;

    @Override
    public Integer call() throws IOException {
        Report report = new Report();
        Manifests manifests = source.read(KINDS, report, spec.commandLine());
        IngressNginx.Options options = new IngressNginx.Options(namespace, gateway, gatewayClass, ingressClass);
        return Printing.print(
                () -> new IngressNginx(options, manifests, report).objects(),
                report,
                source.allowGaps(),
                spec.commandLine());
    }
}
