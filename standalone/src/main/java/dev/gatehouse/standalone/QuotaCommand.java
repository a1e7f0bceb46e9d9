package dev.gatehouse.standalone;

import dev.gatehouse.standalone.instance.Component;
import dev.gatehouse.standalone.instance.InstanceOptions;
import dev.gatehouse.standalone.instance.MostLimitedText;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.Replica;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gatehouse quota}. */
@Command(
        name = "quota",
        mixinStandardHelpOptions = true,
        description = {"Look at global rate limits.", ""},
        subcommands = QuotaCommand.Top.class,
        synopsisSubcommandLabel = "COMMAND",
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n")
final class QuotaCommand extends GroupCommand {
    @Command(
            name = "top",
            mixinStandardHelpOptions = true,
            description = {
                "Print which limits refused most requests since ratelimit-svc was started, and which descriptors (clients, users, …)"
                        + " were refused most in the last five to ten minutes; of all replicas together.",
                "",
                "A value that may be a credential is printed by its beginning and a hash.",
                ""
            },
            optionListHeading = "%nOptions:%n",
            footerHeading = "%nExamples:%n",
            footer = {"  gatehouse quota top", "  gatehouse quota top --context prod --most 50 -o json"})
    static final class Top implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // picocli sets it
        private CommandSpec spec;

        @Mixin
        @SuppressWarnings("NullAway.Init")
        private InstanceOptions instance;

        @Option(
                names = "--most",
                paramLabel = "NUMBER",
                defaultValue = "20",
                description = "At most so many lines of each (${DEFAULT-VALUE}).")
        private int most;

        @Option(
                names = {"-o", "--output"},
                paramLabel = "yaml|json",
                description = "Print everything in this form instead of tables.")
        private @Nullable OutputFormat output;

        @Override
        public Integer call() throws IOException {
            if (most < 1) {
                throw new ParameterException(spec.commandLine(), "--most: " + most + " (expected: 1 or more)");
            }
            MostLimitedText text = new MostLimitedText(most);
            try (RunningGatehouse gatehouse = instance.open();
                    Progress progress = Progress.of(spec)) {
                List<Replica> replicas = new ArrayList<>(gatehouse.ready(Component.RATELIMIT));
                for (Replica replica : replicas) {
                    progress.step("asking " + replica);
                    text.metrics(gatehouse.get(replica, "/q/metrics"));
                    text.page(new JsonObject(gatehouse.get(replica, "/gatehouse/quota/top?most=1000")));
                }
            }
            if (output == null) {
                spec.commandLine().getOut().print(text.text());
            } else {
                output.print(text.tree(), spec.commandLine().getOut());
            }
            spec.commandLine().getOut().flush();
            return 0;
        }
    }
}
