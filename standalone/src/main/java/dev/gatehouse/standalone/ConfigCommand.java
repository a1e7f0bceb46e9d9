package dev.gatehouse.standalone;

import dev.gatehouse.controller.text.ResourceText;
import io.vertx.core.json.JsonArray;
import java.io.IOException;
import java.util.List;
import java.util.Map;
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
final class ConfigCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Which command? One of those below.");
    }

    @Command(
            name = "dump",
            mixinStandardHelpOptions = true,
            description = {"Print the xDS resources that a running instance serves. Private keys are left out.", ""},
            optionListHeading = "%nOptions:%n",
            footerHeading = "%nExamples:%n",
            footer = {
                "  gatehouse config dump",
                "  gatehouse config dump --type route -o json",
                "  gatehouse config dump --fleet httpbin/dedicated-gateway --type cluster"
            })
    static final class Dump implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        @Mixin
        @SuppressWarnings("NullAway.Init")
        private RunningInstance instance;

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

        @Override
        public Integer call() throws IOException, InterruptedException {
            if (type != null && ResourceText.typeUrl(type).isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "Type \"" + type + "\" is not known (expected: " + String.join(", ", ResourceText.typeNames())
                                + ").");
            }
            List<?> resources = new JsonArray(instance.get("/gatehouse/config")).getList();
            output.print(
                    resources.stream()
                            .filter(resource -> resource instanceof Map<?, ?> map
                                    && (type == null || isOf(type, map.get("type")))
                                    && (fleet == null || fleet.equals(map.get("fleet"))))
                            .toList(),
                    spec.commandLine().getOut());
            spec.commandLine().getOut().flush();
            return 0;
        }

        /** The hosts of a route table are resources of their own. */
        private static boolean isOf(String wanted, @Nullable Object type) {
            return wanted.equals(type) || wanted.equals("route") && "virtualhost".equals(type);
        }
    }
}
