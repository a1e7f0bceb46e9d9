package dev.gatehouse.standalone;

import dev.gatehouse.controller.text.ResourceText;
import dev.gatehouse.standalone.instance.InstanceOptions;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.Proxies;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import dev.gatehouse.standalone.instance.ServedResources;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = {"Look at the configuration of a running instance.", ""},
        subcommands = ConfigCommand.Dump.class,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n")
final class ConfigCommand extends GroupCommand {
    @Command(
            name = "dump",
            mixinStandardHelpOptions = true,
            description = {
                "Print the xDS resources that an instance or a cluster serves, or what one proxy has. Private keys and"
                        + " client secrets are left out.",
                ""
            },
            optionListHeading = "%nOptions:%n",
            footerHeading = "%nExamples:%n",
            footer = {
                "  gatehouse config dump",
                "  gatehouse config dump --type route -o json",
                "  gatehouse config dump --fleet httpbin/dedicated-gateway --type cluster",
                "  gatehouse config dump --context prod --proxy default/eg",
                "",
                "What a proxy has against what it should have: gatehouse xds diff PROXY."
            })
    static final class Dump implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        @Mixin
        @SuppressWarnings("NullAway.Init")
        private InstanceOptions instance;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "yaml|json",
                defaultValue = "yaml",
                description = "The form of what is printed (${DEFAULT-VALUE}).")
        @SuppressWarnings("NullAway.Init")
        private OutputFormat output;

        @Option(
                names = {"-t", "--type"},
                paramLabel = "TYPE",
                description =
                        "Only this type: listener, route (with the virtual hosts of its tables), virtualhost, cluster,"
                                + " endpoint, secret, ratelimit, waf or access.")
        private @Nullable String type;

        @Option(
                names = "--fleet",
                paramLabel = "NAME",
                description = "Only this fleet: a Gateway (namespace/name), or gatehouse/ratelimit, gatehouse/waf or"
                        + " gatehouse/authz.")
        private @Nullable String fleet;

        @Option(
                names = "--proxy",
                paramLabel = "PROXY",
                description =
                        "What this proxy has, as its admin page tells it (Envoy's config_dump): its node id or pod,"
                                + " or its Gateway's namespace/name.")
        private @Nullable String proxy;

        @Override
        public Integer call() throws IOException {
            if (type != null && ResourceText.typeUrl(type).isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "Type \"" + type + "\" is not known (expected: " + String.join(", ", ResourceText.typeNames())
                                + ").");
            }
            if (proxy != null && (type != null || fleet != null)) {
                throw new ParameterException(
                        spec.commandLine(), "--proxy prints all that the proxy has: leave out --type and --fleet.");
            }
            try (RunningGatehouse gatehouse = instance.open();
                    Progress progress = Progress.of(spec)) {
                if (proxy != null) {
                    progress.step("asking " + proxy);
                    output.print(
                            new JsonObject(gatehouse.get(Proxies.one(gatehouse, proxy), "/config_dump?include_eds"))
                                    .getMap(),
                            spec.commandLine().getOut());
                } else {
                    output.print(
                            ServedResources.read(gatehouse, progress, name -> fleet == null || fleet.equals(name))
                                    .trees(type),
                            spec.commandLine().getOut());
                }
            }
            spec.commandLine().getOut().flush();
            return 0;
        }
    }
}
