package dev.gatehouse.standalone;

import dev.gatehouse.controller.explain.Explainer;
import dev.gatehouse.controller.explain.Question;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.kubernetes.ClusterObjects;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.controller.translate.Translator;
import dev.gatehouse.standalone.instance.InstanceOptions;
import dev.gatehouse.standalone.instance.RunningGatehouse;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where the objects come from by which a request is explained: files, a cluster, or a running instance. */
final class ObjectSource {
    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE|DIR",
            description = "A file, or a folder with files, instead of a running instance; - is standard input. May be"
                    + " repeated.")
    private List<Path> files = new ArrayList<>();

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ControllerOptions controller;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private InstanceOptions instance;

    /**
     * Asks, and has the answer printed.
     *
     * @param path the question to a running instance
     * @return the exit code
     */
    int explain(CommandSpec spec, Question question, String path, Consumer<Map<String, Object>> print)
            throws IOException, InterruptedException {
        if (files.isEmpty() && instance.cluster()) {
            return ofCluster(spec, question, print);
        }
        if (files.isEmpty()) {
            try (RunningGatehouse gatehouse = instance.open()) {
                print.accept(new JsonObject(gatehouse.get(gatehouse.services().getFirst(), path)).getMap());
            }
            return 0;
        }
        if (instance.named()) {
            throw new ParameterException(
                    spec.commandLine(), "--kubernetes and -f: one of them says where objects come from");
        }
        OfflineTranslation translation = OfflineTranslation.of(files, controller.settings(spec.commandLine()));
        print.accept(new Explainer(translation.translator()).explain(question));
        Problems.print(
                translation.problems(),
                spec.commandLine().getErr(),
                spec.commandLine().getColorScheme());
        return Problems.haveErrors(translation.problems()) ? Gatehouse.FAILED : 0;
    }

    private int ofCluster(CommandSpec spec, Question question, Consumer<Map<String, Object>> print) {
        Settings settings = controller.settings(spec.commandLine());
        try (KubernetesClient client = instance.client()) {
            ClusterObjects objects =
                    ClusterObjects.read(client, settings.extensions().servers().kinds());
            Translator translator = new Translator(settings, (_, _, _) -> {});
            translator.apply(objects.changes());
            print.accept(new Explainer(translator).explain(question));
            objects.unread().forEach(each -> spec.commandLine().getErr().println("not read: " + each));
            return 0;
        }
    }
}
