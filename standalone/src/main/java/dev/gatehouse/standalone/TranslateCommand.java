package dev.gatehouse.standalone;

import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.text.ResourceText;
import dev.gatehouse.controller.text.ResourceTrees;
import dev.gatehouse.controller.text.StatusTrees;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "translate",
        mixinStandardHelpOptions = true,
        description = {
            "Print what files become: Envoy's xDS resources and those of the callout services, or the objects with the"
                    + " statuses they would get. Nothing is started. Problems go to standard error.",
            ""
        },
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse translate -f examples/quickstart",
            "  gatehouse translate -f examples/quickstart --type route -o json",
            "  gatehouse translate -f gateway.yaml -f routes.yaml --type status",
            "",
            "Exit code 1: the files have errors (what they do not break is printed all the same)."
        })
final class TranslateCommand implements Callable<Integer> {
    private static final String STATUS = "status";

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private FileOptions files;

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
                    "Only resources of this type: listener, route, cluster, endpoint, secret, ratelimit, waf or access;"
                            + " or \"status\": the objects with the statuses that they get once every proxy has them.")
    private @Nullable String type;

    @Override
    public Integer call() {
        Optional<String> typeUrl =
                Optional.ofNullable(type).filter(t -> !t.equals(STATUS)).flatMap(ResourceText::typeUrl);
        if (type != null && !type.equals(STATUS) && typeUrl.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Type \"" + type + "\" is not known (expected: " + String.join(", ", ResourceText.typeNames())
                            + " or status).");
        }
        OfflineTranslation translation =
                STATUS.equals(type) ? files.previewStatuses(spec.commandLine()) : files.preview(spec.commandLine());
        PrintWriter out = spec.commandLine().getOut();
        if (STATUS.equals(type)) {
            output.printDocuments(
                    StatusTrees.of(
                            translation.objects(),
                            translation.broken(),
                            translation.translator().statuses(),
                            Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()),
                    out);
        } else {
            output.print(
                    ResourceTrees.of(
                            translation.translator().resources(),
                            id -> typeUrl.map(id.typeUrl()::equals).orElse(true)),
                    out);
        }
        out.flush();
        Problems.print(
                translation.problems(),
                spec.commandLine().getErr(),
                spec.commandLine().getColorScheme());
        return Problems.haveErrors(translation.problems()) ? Gatehouse.FAILED : 0;
    }
}
