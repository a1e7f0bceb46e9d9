package dev.gatehouse.standalone;

import dev.gatehouse.standalone.instance.ClusterGatehouse;
import dev.gatehouse.standalone.instance.ClusterStatus;
import dev.gatehouse.standalone.instance.LocalGatehouse;
import dev.gatehouse.standalone.instance.Progress;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import dev.gatehouse.standalone.run.StatusText;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import picocli.CommandLine.Command;

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
final class StatusCommand extends InstanceQuery {
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
        print(status::getMap, out -> out.print(StatusText.of(status, false)));
        return status.getJsonArray("problems").isEmpty() ? 0 : Gatehouse.FAILED;
    }
}
