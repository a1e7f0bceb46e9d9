package dev.gatehouse.standalone;

import java.io.IOException;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
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
    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private AskedRequest request;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ObjectSource objects;

    @Override
    public Integer call() throws IOException, InterruptedException {
        return objects.explain(
                spec,
                request.question(spec),
                request.path(Map.of()),
                answer -> request.print(spec, answer, ExplanationText::print));
    }
}
