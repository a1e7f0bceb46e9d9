package dev.gatehouse.standalone;

import dev.gatehouse.controller.explain.Question;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;

/** The request that a command explains, and the form of the answer. */
final class AskedRequest {
    /** The forms of the answer. */
    enum Form {
        text,
        yaml,
        json
    }

    @Parameters(paramLabel = "URL", description = "http or https; the port is the listener's, or Envoy's.")
    @SuppressWarnings("NullAway.Init") // picocli sets it
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

    @Option(
            names = {"-o", "--output"},
            paramLabel = "text|yaml|json",
            defaultValue = "text",
            description = "The form of the answer (${DEFAULT-VALUE}).")
    @SuppressWarnings("NullAway.Init")
    private Form form;

    /** One more header. */
    void header(String line) {
        headers.add(line);
    }

    /** @throws ParameterException if the request is invalid; the message names the problem */
    Question question(CommandSpec spec) {
        try {
            return Question.of(method, url, headers, Optional.ofNullable(source));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }

    /** The path of the question to a running instance, with further parameters; a null value is left out. */
    String path(Map<String, @Nullable String> more) {
        StringBuilder path = new StringBuilder("/gatehouse/explain?method=" + encoded(method) + "&url=" + encoded(url));
        headers.forEach(header -> append(path, "header", header));
        append(path, "source", source);
        more.forEach((name, value) -> append(path, name, value));
        return path.toString();
    }

    private static void append(StringBuilder path, String name, @Nullable String value) {
        if (value != null) {
            path.append('&').append(name).append('=').append(encoded(value));
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** @param text how the answer is printed as text */
    void print(CommandSpec spec, Map<String, Object> answer, BiConsumer<Map<String, Object>, PrintWriter> text) {
        PrintWriter out = spec.commandLine().getOut();
        switch (form) {
            case text -> text.accept(answer, out);
            case yaml -> OutputFormat.yaml.print(answer, out);
            case json -> OutputFormat.json.print(answer, out);
        }
        out.flush();
    }
}
