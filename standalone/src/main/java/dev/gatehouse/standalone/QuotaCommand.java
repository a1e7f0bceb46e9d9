package dev.gatehouse.standalone;

import dev.gatehouse.standalone.instance.Component;
import dev.gatehouse.standalone.instance.MostLimitedText;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.Replica;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

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
    static final class Top extends InstanceQuery {
        @Option(
                names = "--most",
                paramLabel = "NUMBER",
                defaultValue = "20",
                description = "At most so many lines of each (${DEFAULT-VALUE}).")
        private int most;

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
            print(text::tree, out -> out.print(text.text()));
            return 0;
        }
    }
}
