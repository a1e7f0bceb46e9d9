package dev.gatehouse.standalone;

import dev.gatehouse.standalone.instance.CommandFailure;
import dev.gatehouse.standalone.instance.InstanceOptions;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import dev.gatehouse.standalone.instance.Table;
import dev.gatehouse.standalone.instance.Versions;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "version",
        mixinStandardHelpOptions = true,
        description = {
            "Print the versions of this command, of the Envoy that it fetches, and of Java; and of the services and proxies of a"
                    + " cluster, or of the instance on this machine if one runs, and whether they fit together.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse version",
            "  gatehouse version --context prod",
            "  gatehouse version --client",
            "",
            "Exit code 1: versions differ, or some are not known."
        })
final class VersionCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private InstanceOptions instance;

    @Option(names = "--client", description = "Only that of this command.")
    private boolean clientOnly;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "yaml|json",
            description = "Print everything in this form instead of a table.")
    private @Nullable OutputFormat output;

    @Override
    public Integer call() throws IOException {
        Optional<Versions> versions = clientOnly ? Optional.empty() : versions();
        List<String> skew = versions.map(Versions::skew).orElse(List.of());
        if (output != null) {
            output.print(tree(versions, skew), spec.commandLine().getOut());
        } else {
            for (String line : new GatehouseVersion().getVersion()) {
                spec.commandLine().getOut().println(line);
            }
            versions.ifPresent(found -> print(found, skew));
        }
        spec.commandLine().getOut().flush();
        return skew.isEmpty()
                        && versions.map(Versions::unknown).orElse(List.of()).isEmpty()
                ? 0
                : Gatehouse.FAILED;
    }

    /** Empty: no cluster is asked for, and no instance runs on this machine. */
    private Optional<Versions> versions() throws IOException {
        try (RunningGatehouse gatehouse = instance.open();
                Progress progress = Progress.of(spec)) {
            return Optional.of(Versions.read(gatehouse, GatehouseVersion.ofBuild(), progress));
        } catch (CommandFailure e) {
            if (instance.cluster()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private void print(Versions versions, List<String> skew) {
        Table table = new Table("COMPONENT", "PROCESS", "VERSION", "JAVA");
        for (Versions.Running each : versions.running()) {
            table.row(each.replica().component().text(), each.replica().name(), each.version(), each.java());
        }
        var out = spec.commandLine().getOut();
        out.println();
        out.print(table.text());
        versions.unknown().forEach(each -> out.println("not known: " + each));
        out.println();
        if (skew.isEmpty()) {
            out.println(
                    versions.unknown().isEmpty() ? "All versions fit together." : "The known versions fit together.");
        }
        skew.forEach(each -> out.println("skew: " + each));
    }

    private static Map<String, Object> tree(Optional<Versions> versions, List<String> skew) throws IOException {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("client", GatehouseVersion.ofBuild());
        tree.put(
                "running",
                versions.map(Versions::running).orElse(List.of()).stream()
                        .map(each -> Map.of(
                                "component", each.replica().component().text(),
                                "process", each.replica().name(),
                                "version", each.version(),
                                "java", each.java()))
                        .toList());
        tree.put("unknown", versions.map(Versions::unknown).orElse(List.of()));
        tree.put("skew", skew);
        return tree;
    }
}
