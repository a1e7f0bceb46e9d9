package dev.gatehouse.standalone;

import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.Proxies;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import dev.gatehouse.standalone.instance.Subscribers;
import dev.gatehouse.standalone.instance.XdsText;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code gatehouse xds}. */
@Command(
        name = "xds",
        mixinStandardHelpOptions = true,
        description = {"Look at what proxies were sent, and what they have.", ""},
        subcommands = {XdsCommand.Connected.class, XdsCommand.Diff.class},
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n")
final class XdsCommand extends GroupCommand {
    @Command(
            name = "proxies",
            mixinStandardHelpOptions = true,
            description = {
                "Print each proxy and callout service that is connected, with each type that it subscribes to: the version"
                        + " that it was sent, the one that it acknowledged and how long ago, and what it refuses.",
                ""
            },
            optionListHeading = "%nOptions:%n",
            footerHeading = "%nExamples:%n",
            footer = {
                "  gatehouse xds proxies",
                "  gatehouse xds proxies -o json      also with the names that are subscribed to",
                "  gatehouse xds proxies --context prod",
                "",
                "Exit code 1: a proxy refuses something, or nothing runs."
            })
    static final class Connected extends InstanceQuery {
        @Override
        public Integer call() throws IOException {
            JsonArray proxies;
            try (RunningGatehouse gatehouse = instance.open();
                    Progress progress = Progress.of(spec)) {
                proxies = Subscribers.read(gatehouse, progress).told();
            }
            print(proxies::getList, out -> out.print(XdsText.proxies(proxies)));
            return XdsText.refused(proxies) ? Gatehouse.FAILED : 0;
        }
    }

    @Command(
            name = "diff",
            mixinStandardHelpOptions = true,
            description = {
                "Compare what a proxy should have with what it has, by its admin page: which resources it lacks, has too"
                        + " many, or has in another version, and which fields differ. No values are printed.",
                ""
            },
            parameterListHeading = "%nParameters:%n",
            optionListHeading = "%nOptions:%n",
            footerHeading = "%nExamples:%n",
            footer = {
                "  gatehouse xds diff httpbin/dedicated-gateway",
                "  gatehouse xds diff standalone/httpbin/dedicated-gateway -o json",
                "",
                "Exit code 1: there is a difference, or it cannot be told."
            })
    static final class Diff extends InstanceQuery {
        @Parameters(
                paramLabel = "PROXY",
                description =
                        "The proxy: its node id as 'gatehouse xds proxies' prints it (on a cluster its pod), or its"
                                + " Gateway's namespace/name where that has one proxy.")
        @SuppressWarnings("NullAway.Init")
        private String proxy;

        @Override
        public Integer call() throws IOException {
            JsonObject difference;
            try (RunningGatehouse gatehouse = instance.open();
                    Progress progress = Progress.of(spec)) {
                difference = Proxies.difference(gatehouse, proxy, progress);
            }
            print(difference::getMap, out -> out.print(XdsText.difference(difference)));
            return difference.getJsonArray("differences").isEmpty() ? 0 : Gatehouse.FAILED;
        }
    }
}
