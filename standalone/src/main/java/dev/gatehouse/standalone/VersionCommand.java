package dev.gatehouse.standalone;

import dev.gatehouse.standalone.instance.CommandFailure;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import dev.gatehouse.standalone.instance.Table;
import dev.gatehouse.standalone.instance.Versions;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

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
final class VersionCommand extends InstanceQuery {
    @Option(names = "--client", description = "Only that of this command.")
    private boolean clientOnly;

    @Override
    public Integer call() throws IOException {
        Optional<Versions> versions = clientOnly ? Optional.empty() : versions();
        List<String> skew = versions.map(Versions::skew).orElse(List.of());
        List<String> own = List.of(new GatehouseVersion().getVersion());
        Map<String, Object> tree = tree(versions, skew);
        print(() -> tree, out -> {
            own.forEach(out::println);
            versions.ifPresent(found -> print(found, skew, out));
        });
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

    private static void print(Versions versions, List<String> skew, PrintWriter out) {
        Table table = new Table("COMPONENT", "PROCESS", "VERSION", "JAVA");
        for (Versions.Running each : versions.running()) {
            table.row(each.replica().component().text(), each.replica().name(), each.version(), each.java());
        }
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
