package dev.gatehouse.standalone;

import dev.gatehouse.controller.explain.Question;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
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
            names = "--source",
            paramLabel = "IP",
            description = "The client's address, as the proxy sees it: for rules about addresses.")
    private @Nullable String source;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ObjectSource objects;

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
        return objects.explain(spec, question, path(), this::print);
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
