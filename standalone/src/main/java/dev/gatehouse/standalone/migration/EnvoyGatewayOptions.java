package dev.gatehouse.standalone.migration;

import dev.gatehouse.controller.text.YamlText;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.standalone.imports.Printing;
import dev.gatehouse.standalone.imports.Report;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What {@code import envoy-gateway} and {@code import teg} share. */
final class EnvoyGatewayOptions {
    @Mixin
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private MigrationSource source;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description =
                    "Write kustomization.yaml, envoy-gateway.yaml and objects.yaml there, instead of standard output.")
    private @Nullable Path directory;

    /** Reads, reports and writes: the exit code. */
    int run(boolean teg, CommandLine command) throws IOException {
        Report report = new Report();
        Manifests manifests = source.read(kinds(teg), report, command);
        EnvoyGateway gateway = new EnvoyGateway(teg, manifests, report);
        Path folder = directory;
        return folder == null
                ? Printing.print(gateway::objects, report, source.allowGaps(), command)
                : Printing.print(
                        gateway::objects, report, source.allowGaps(), command, made -> write(made, folder, command));
    }

    private static List<ClusterTexts.Listed> kinds(boolean teg) {
        List<ClusterTexts.Listed> kinds = new ArrayList<>();
        Kinds.ALL.stream()
                .filter(kind -> !kind.group().equals(Kinds.GATEHOUSE_GROUP))
                .forEach(kind -> kinds.add(new ClusterTexts.Listed(
                        kind.group(), kind.versions(), kind.name(), plural(kind.name()), kind.namespaced())));
        kinds.add(new ClusterTexts.Listed("apps", "v1", "Deployment", "deployments", true));
        if (teg) {
            kinds.add(new ClusterTexts.Listed(
                    "teg.tetrate.io", "v1alpha1", "ExtendedSecurityPolicy", "extendedsecuritypolicies", true));
        }
        return kinds;
    }

    /** The name of a kind's resources, as Kubernetes makes it. */
    private static String plural(String kind) {
        String name = kind.toLowerCase(Locale.ROOT);
        return name.endsWith("y") && !name.endsWith("way")
                ? name.substring(0, name.length() - 1) + "ies"
                : name.endsWith("s") || name.endsWith("proxy") ? name + "es" : name + "s";
    }

    private static void write(List<Map<String, Object>> made, Path folder, CommandLine command) {
        try {
            Files.createDirectories(folder);
            List<Map<String, Object>> objects = new ArrayList<>();
            for (Map<String, Object> each : made) {
                String kind = String.valueOf(each.get("kind"));
                if (Set.of("Kustomization", "EnvoyGateway").contains(kind)) {
                    Path file =
                            folder.resolve(kind.equals("Kustomization") ? "kustomization.yaml" : "envoy-gateway.yaml");
                    Files.writeString(file, YamlText.of(each));
                    command.getErr().println("written: " + file);
                } else {
                    objects.add(each);
                }
            }
            if (!objects.isEmpty()) {
                Files.writeString(folder.resolve("objects.yaml"), Printing.documents(objects));
                command.getErr().println("written: " + folder.resolve("objects.yaml") + " (kubectl apply -f)");
            }
            command.getErr().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
