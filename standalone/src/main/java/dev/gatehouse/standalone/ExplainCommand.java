package dev.gatehouse.standalone;

import dev.gatehouse.controller.explain.Explainer;
import dev.gatehouse.controller.explain.Question;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.kubernetes.ClusterObjects;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.controller.translate.Translator;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = {
            "Say what becomes of a request: the listener, the route and why not the others, the policies that count and"
                    + " what each says, the filters in order, the backends. No request is sent.",
            "",
            "Asks a running instance; with -f reads files, and with --kubernetes the objects of a cluster, by your kubeconfig.",
            ""
        },
        parameterListHeading = "%nWhich request:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse explain http://localhost:10080/httpbin/get",
            "  gatehouse explain -X POST -H 'x-team: a' https://shop.example.com/cart -f examples/quickstart",
            "  kubectl get gateways,httproutes,services,endpointslices -A -o yaml | gatehouse explain -f - shop.example.com",
            "",
            "  gatehouse explain --kubernetes --source 10.1.2.3 https://shop.example.com/cart",
            "",
            "Exit code 1: there is no instance or cluster, or the files have errors (the answer is printed all the same)."
        })
final class ExplainCommand implements Callable<Integer> {
    /** The forms of the answer. */
    enum Form {
        text,
        yaml,
        json
    }

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Parameters(paramLabel = "URL", description = "http or https; the port is the listener's, or Envoy's.")
    @SuppressWarnings("NullAway.Init")
    private String url;

    @Option(
            names = {"-X", "--method"},
            paramLabel = "METHOD",
            defaultValue = "GET",
            description = "The method (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private String method;

    @Option(
            names = {"-H", "--header"},
            paramLabel = "NAME: VALUE",
            description = "A header; Host says for which host it is. May be repeated.")
    private List<String> headers = new ArrayList<>();

    @Option(
            names = {"-f", "--filename"},
            paramLabel = "FILE|DIR",
            description = "A file, or a folder with files, instead of a running instance; - is standard input. May be"
                    + " repeated.")
    private List<Path> files = new ArrayList<>();

    @Option(
            names = "--source",
            paramLabel = "IP",
            description = "The client's address, as the proxy sees it: for rules about addresses.")
    private @Nullable String source;

    @Option(
            names = {"-k", "--kubernetes"},
            description = "Read the objects of the cluster that your kubeconfig names, instead of a running instance.")
    private boolean kubernetes;

    @Option(
            names = "--context",
            paramLabel = "NAME",
            description = "A context of the kubeconfig; implies --kubernetes.")
    private @Nullable String context;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ControllerOptions controller;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private RunningInstance instance;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|yaml|json",
            defaultValue = "text",
            description = "The form of the answer (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private Form form;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Question question;
        try {
            question = Question.of(method, url, headers, Optional.ofNullable(source));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        if (kubernetes || context != null) {
            if (!files.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(), "--kubernetes and -f: one of them says where objects come from");
            }
            return ofCluster(question);
        }
        if (files.isEmpty()) {
            print(new JsonObject(instance.get(path())).getMap());
            return 0;
        }
        OfflineTranslation translation = OfflineTranslation.of(files, controller.settings(spec.commandLine()));
        print(new Explainer(translation.translator()).explain(question));
        Problems.print(
                translation.problems(),
                spec.commandLine().getErr(),
                spec.commandLine().getColorScheme());
        return Problems.haveErrors(translation.problems()) ? Gatehouse.FAILED : 0;
    }

    private int ofCluster(Question question) {
        Settings settings = controller.settings(spec.commandLine());
        Config config;
        try {
            config = Kubeconfig.of(context);
        } catch (IllegalArgumentException e) {
            return failed(e.getMessage());
        }
        try (KubernetesClient client =
                new KubernetesClientBuilder().withConfig(config).build()) {
            ClusterObjects objects =
                    ClusterObjects.read(client, settings.extensions().servers().kinds());
            Translator translator = new Translator(settings, (_, _, _) -> {});
            translator.apply(objects.changes());
            print(new Explainer(translator).explain(question));
            objects.unread().forEach(each -> spec.commandLine().getErr().println("not read: " + each));
            return 0;
        } catch (KubernetesClientException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            return failed("the cluster cannot be asked: " + cause.getMessage());
        }
    }

    private int failed(@Nullable String message) {
        spec.commandLine().getErr().println(spec.commandLine().getColorScheme().errorText("gatehouse: " + message));
        return Gatehouse.FAILED;
    }

    private String path() {
        StringBuilder path = new StringBuilder("/gatehouse/explain?method=" + encoded(method) + "&url=" + encoded(url));
        headers.forEach(header -> path.append("&header=").append(encoded(header)));
        if (source != null) {
            path.append("&source=").append(encoded(source));
        }
        return path.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private void print(Map<String, Object> answer) {
        PrintWriter out = spec.commandLine().getOut();
        switch (form) {
            case text -> ExplanationText.print(answer, out);
            case yaml -> OutputFormat.yaml.print(answer, out);
            case json -> OutputFormat.json.print(answer, out);
        }
        out.flush();
    }
}
