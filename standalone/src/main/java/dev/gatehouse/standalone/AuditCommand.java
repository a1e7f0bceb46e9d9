package dev.gatehouse.standalone;

import dev.gatehouse.envoyprocess.EnvoyLocator;
import dev.gatehouse.grpcserver.admin.Libraries;
import dev.gatehouse.standalone.audit.Advisories;
import dev.gatehouse.standalone.audit.Advisory;
import dev.gatehouse.standalone.audit.Inventory;
import dev.gatehouse.standalone.audit.Software;
import dev.gatehouse.standalone.instance.CommandFailure;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import dev.gatehouse.standalone.instance.Table;
import dev.gatehouse.waf.crs.InstalledRuleSets;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "audit",
        mixinStandardHelpOptions = true,
        description = {
            "Print the versions of Envoy, the Core Rule Set, the JDK and all libraries that run, from the SBOMs of the running services;"
                    + " of this distribution where nothing runs. With --advisories, say which known vulnerabilities are about them and"
                    + " which version mends each.",
            "",
            "Nobody is asked over the network: advisories are files in OSV's format, such as osv.dev's all.zip of an ecosystem,"
                    + " or those of a mirror.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse audit",
            "  gatehouse audit --context prod --advisories osv/Maven/all.zip --advisories envoy-advisories/",
            "",
            "Exit code 1: an advisory is about something, or some software is not known."
        })
final class AuditCommand extends InstanceQuery {
    @Option(
            names = "--advisories",
            paramLabel = "FILE|DIR",
            description = "Advisories in OSV's format: a JSON file, a folder of them, or a zip file. May be repeated.")
    private List<Path> advisories = new ArrayList<>();

    @Option(names = "--all", description = "Print all libraries, not their number alone.")
    private boolean all;

    @Override
    public Integer call() throws IOException {
        Optional<Advisories> known = advisories.isEmpty() ? Optional.empty() : Optional.of(Advisories.read(advisories));
        Inventory inventory = inventory();
        List<Advisory.Finding> findings =
                known.map(each -> each.about(inventory.where().keySet())).orElse(List.of());
        print(() -> tree(inventory, findings), out -> print(inventory, known, findings, out));
        return findings.isEmpty() && inventory.unknown().isEmpty() ? 0 : Gatehouse.FAILED;
    }

    private Inventory inventory() throws IOException {
        try (RunningGatehouse gatehouse = instance.open();
                Progress progress = Progress.of(spec)) {
            return Inventory.read(gatehouse, progress);
        } catch (CommandFailure e) {
            if (instance.cluster()) {
                throw e;
            }
            return distribution();
        }
    }

    /** Of the files of this command, where nothing runs. */
    private static Inventory distribution() throws IOException {
        Inventory.Builder inventory = new Inventory.Builder("this distribution");
        Optional<List<Libraries.Library>> libraries = Libraries.ofThisProcess();
        libraries
                .orElse(List.of())
                .forEach(each -> inventory.add(
                        new Software("Maven", each.group() + ":" + each.name(), each.version()), "gatehouse"));
        if (libraries.isEmpty()) {
            inventory.unknown("libraries of this command: it does not run from a packaged distribution");
        }
        inventory.add(new Software("", "openjdk", Libraries.jdkVersion()), "gatehouse");
        inventory.add(new Software("", "envoy", EnvoyLocator.pinnedVersion().toString()), "gatehouse run");
        new InstalledRuleSets(Optional.empty())
                .versions()
                .forEach(version -> inventory.add(new Software("", "owasp-crs", version), "gatehouse"));
        return inventory.build();
    }

    private void print(
            Inventory inventory, Optional<Advisories> known, List<Advisory.Finding> findings, PrintWriter out) {
        out.println(inventory.of());
        out.println();
        Table software = new Table("SOFTWARE", "VERSION", "WHERE");
        inventory.where().forEach((each, where) -> {
            if (all || each.ecosystem().isEmpty()) {
                software.row(each.name(), each.version(), String.join(", ", where));
            }
        });
        out.print(software.text());
        long libraries = inventory.where().keySet().stream()
                .filter(each -> !each.ecosystem().isEmpty())
                .count();
        if (!all) {
            out.println(libraries + " libraries (--all prints them)");
        }
        inventory.unknown().forEach(each -> out.println("not known: " + each));
        out.println();
        if (known.isEmpty()) {
            out.println("No advisories were given (--advisories FILE|DIR, in OSV's format).");
            return;
        }
        Table table = new Table("SOFTWARE", "VERSION", "ADVISORY", "SEVERITY", "MENDED BY", "WHERE", "WHAT");
        findings.forEach(each -> table.row(
                each.software().name(),
                each.software().version(),
                names(each.advisory()),
                each.advisory().severity(),
                each.mendedBy().orElse("(none known)"),
                String.join(", ", inventory.where(each.software())),
                each.advisory().summary()));
        out.print(table.text());
        out.println(
                findings.isEmpty()
                        ? "None of " + known.get().size() + " advisories is about what runs."
                        : findings.size() + " of " + known.get().size() + " advisories are about what runs.");
    }

    private static String names(Advisory advisory) {
        return advisory.aliases().isEmpty()
                ? advisory.id()
                : advisory.id() + " (" + String.join(", ", advisory.aliases()) + ")";
    }

    private static Map<String, Object> tree(Inventory inventory, List<Advisory.Finding> findings) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("of", inventory.of());
        tree.put(
                "software",
                inventory.where().entrySet().stream()
                        .map(entry -> Map.of(
                                "ecosystem", entry.getKey().ecosystem(),
                                "name", entry.getKey().name(),
                                "version", entry.getKey().version(),
                                "where", List.copyOf(entry.getValue())))
                        .toList());
        tree.put("unknown", inventory.unknown());
        tree.put(
                "findings",
                findings.stream()
                        .map(each -> Map.of(
                                "name", each.software().name(),
                                "version", each.software().version(),
                                "advisory", each.advisory().id(),
                                "aliases", each.advisory().aliases(),
                                "severity", each.advisory().severity(),
                                "summary", each.advisory().summary(),
                                "mendedBy", each.mendedBy().orElse(""),
                                "where", List.copyOf(inventory.where(each.software()))))
                        .toList());
        return tree;
    }
}
