package dev.gatehouse.standalone;

import dev.gatehouse.controller.explain.Caller;
import dev.gatehouse.controller.explain.Question;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code gatehouse authz explain}: the part of an explanation that is about who may pass. */
@Command(
        name = "explain",
        mixinStandardHelpOptions = true,
        description = {
            "Say who may pass: which SecurityPolicy counts for a request, which of its sections and rules decides, and why"
                    + " each rule before does not match: what it expects, and what the request has. No request is sent.",
            "",
            "Asks a running instance; with -f reads files, and with --kubernetes the objects of a cluster, by your"
                    + " kubeconfig. A token's signature counts as right; the token is never shown or sent.",
            ""
        },
        parameterListHeading = "%nWhich request:%n",
        optionListHeading = "%nOptions:%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  gatehouse authz explain -f gateway.yaml --source 10.1.2.3 -X DELETE https://shop.example.com/cart",
            "  gatehouse authz explain -f . --claims '{\"sub\": \"ann\", \"scope\": \"orders\"}' https://shop.example.com/orders",
            "  gatehouse authz explain --context prod --token - https://shop.example.com/orders < token",
            "",
            "Exit code 1: there is no instance or cluster, or the files have errors (the answer is printed all the same)."
        })
final class AuthzExplainCommand implements Callable<Integer> {
    private static final int PARTS = 3;

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private AskedRequest request;

    @Option(
            names = "--token",
            paramLabel = "TOKEN|-",
            description = "A JSON Web Token in the header Authorization; - reads it from standard input.")
    private @Nullable String token;

    @Option(
            names = "--claims",
            paramLabel = "JSON",
            description = "Claims of a token, or of a session of oidc, that counts as verified.")
    private @Nullable String claims;

    @Option(
            names = "--client-cert",
            paramLabel = "IDENTITY",
            description =
                    "Of the client's verified certificate: a URI (spiffe://...), a DNS name, or a subject (CN=...).")
    private @Nullable String certificate;

    @Option(
            names = "--at",
            paramLabel = "TIME",
            description =
                    "When the request is sent, such as 2026-11-28T10:00:00Z: for rules about time, and for tokens that"
                            + " expire. Otherwise now.")
    private @Nullable String time;

    @Mixin
    @SuppressWarnings("NullAway.Init")
    private ObjectSource objects;

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (token != null) {
            request.header("Authorization: Bearer " + withoutSignature(token.equals("-") ? read() : token));
        }
        String at = time == null ? Instant.now().toString() : time;
        Question question = request.question(spec);
        try {
            question = question.from(
                    Caller.of(Optional.ofNullable(claims), Optional.ofNullable(certificate), Optional.of(at)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
        Map<String, @Nullable String> caller = new LinkedHashMap<>();
        caller.put("claims", claims);
        caller.put("certificate", certificate);
        caller.put("time", at);
        return objects.explain(
                spec,
                question,
                request.path(caller),
                answer -> request.print(spec, AuthzExplanation.of(answer), AuthzExplanation::print));
    }

    private static String read() throws IOException {
        return new String(System.in.readAllBytes(), StandardCharsets.UTF_8).strip();
    }

    /** The rest of the token is useless without its signature. */
    private String withoutSignature(String text) {
        String[] parts = text.strip().split("\\.", -1);
        if (parts.length != PARTS) {
            throw new ParameterException(
                    spec.commandLine(), "--token: no JSON Web Token (expected: three parts with dots between)");
        }
        return parts[0] + "." + parts[1] + ".";
    }
}
