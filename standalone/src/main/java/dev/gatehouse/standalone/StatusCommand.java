package dev.gatehouse.standalone;

import dev.gatehouse.standalone.instance.ClusterGatehouse;
import dev.gatehouse.standalone.instance.ClusterStatus;
import dev.gatehouse.standalone.instance.InstanceOptions;
import dev.gatehouse.standalone.instance.LocalGatehouse;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import dev.gatehouse.standalone.run.StatusText;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = {
            "Tell what an instance or a cluster does: its Gateways, routes and policies with their conditions, what each proxy"
                    + " has acknowledged, and what is wrong: with the files, or with pods and objects of the cluster.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse status",
            "  gatehouse status -o json",
            "  gatehouse status --context prod",
            "",
            "Exit code 1: there are problems, or nothing runs."
        })
final class StatusCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private InstanceOptions instance;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "yaml|json",
            description = "Print everything in this form instead of tables.")
    private @Nullable OutputFormat output;

    @Override
    public Integer call() throws IOException {
        JsonObject status;
        try (RunningGatehouse gatehouse = instance.open();
                Progress progress = Progress.of(spec)) {
            status = switch (gatehouse) {
                case LocalGatehouse local ->
                    new JsonObject(local.get(local.services().getFirst(), "/gatehouse/status"));
                case ClusterGatehouse cluster -> ClusterStatus.of(cluster, progress);
            };
        }
        if (output == null) {
            spec.commandLine().getOut().print(StatusText.of(status, false));
        } else {
            output.printDocuments(List.of(status.getMap()), spec.commandLine().getOut());
        }
        spec.commandLine().getOut().flush();
        return status.getJsonArray("problems").isEmpty() ? 0 : Gatehouse.FAILED;
    }
}
