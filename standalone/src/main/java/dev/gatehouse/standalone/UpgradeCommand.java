package dev.gatehouse.standalone;

import dev.gatehouse.standalone.instance.ClusterGatehouse;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.upgrade.UpgradeCheck;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code gatehouse upgrade}. */
@Command(
        name = "upgrade",
        mixinStandardHelpOptions = true,
        description = {"Look at what an upgrade would change.", ""},
        subcommands = UpgradeCommand.Check.class,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n")
final class UpgradeCommand extends GroupCommand {
    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = {
                "Say what would change on a cluster if its services were of the version of this command: the resources of its"
                        + " proxies, by the objects from which they are made, and fields of CRDs. Nothing is changed, and no values"
                        + " are printed.",
                "",
                "The cluster's objects are translated here, with the settings of the installed controller-svc and with your rights:"
                        + " what you may not read is named.",
                ""
            },
            optionListHeading = "%nOptions:%n",
            footerHeading = "%nExamples:%n",
            footer = {"  gatehouse upgrade check --context prod", "", "Exit code 1: something would change."})
    static final class Check extends InstanceQuery {
        /** Fields of a CRD that are printed of each kind of change. */
        private static final int MOST_FIELDS = 12;

        @Override
        public Integer call() throws IOException {
            UpgradeCheck check;
            try (ClusterGatehouse cluster = instance.openCluster();
                    Progress progress = Progress.of(spec)) {
                check = UpgradeCheck.of(cluster, progress);
            }
            print(check::tree, out -> print(check, out));
            return check.isNothing() ? 0 : Gatehouse.FAILED;
        }

        private static void print(UpgradeCheck check, PrintWriter out) {
            check.byObject().forEach((object, changes) -> {
                out.println(object.isEmpty() ? "made by the installed version alone" : object);
                for (UpgradeCheck.ResourceChange each : changes) {
                    out.println("  " + each.what() + " " + each.type() + " " + each.name() + " of " + each.fleet());
                    each.fields().forEach(field -> out.println("      " + field));
                }
            });
            for (UpgradeCheck.DefinitionChange each : check.definitions()) {
                out.println("CRD " + each.name() + (each.missing() ? ": is not on the cluster" : ""));
                lines("+", each.added(), out);
                lines("-", each.removed(), out);
                lines("~", each.changed(), out);
            }
            check.notes().forEach(each -> out.println("note: " + each));
            out.println("Compared: " + (check.compared().isEmpty() ? "no proxy" : String.join(", ", check.compared()))
                    + ". "
                    + (check.isNothing()
                            ? "Nothing would change."
                            : check.differences().size() + " resources and "
                                    + check.definitions().size() + " CRDs would change."));
        }

        private static void lines(String mark, List<String> fields, PrintWriter out) {
            fields.stream().limit(MOST_FIELDS).forEach(field -> out.println("  " + mark + " " + field));
            if (fields.size() > MOST_FIELDS) {
                out.println(
                        "  " + mark + " and " + (fields.size() - MOST_FIELDS) + " further fields (-o json has all)");
            }
        }
    }
}
