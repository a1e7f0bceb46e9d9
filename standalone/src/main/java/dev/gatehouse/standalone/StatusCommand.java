package dev.gatehouse.standalone;

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
            "Tell what a running instance does: its Gateways, routes and policies with their conditions, what each proxy has"
                    + " acknowledged, and what is wrong with the files.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse status",
            "  gatehouse status -o json",
            "",
            "Exit code 1: there are problems, or nothing runs."
        })
final class StatusCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private RunningInstance instance;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "yaml|json",
            description = "Print everything in this form instead of tables.")
    private @Nullable OutputFormat output;

    @Override
    public Integer call() throws IOException, InterruptedException {
        JsonObject status = new JsonObject(instance.get("/gatehouse/status"));
        if (output == null) {
            spec.commandLine().getOut().print(StatusText.of(status, false));
        } else {
            output.printDocuments(List.of(status.getMap()), spec.commandLine().getOut());
        }
        spec.commandLine().getOut().flush();
        return status.getJsonArray("problems").isEmpty() ? 0 : Gatehouse.FAILED;
    }
}
