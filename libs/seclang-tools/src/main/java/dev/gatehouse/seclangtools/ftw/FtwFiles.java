package dev.gatehouse.seclangtools.ftw;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.resolver.ScalarResolver;
import org.snakeyaml.engine.v2.schema.JsonSchema;

/** Reads tests from YAML files. */
public final class FtwFiles {
    /** Every scalar stays the text that was written: a header's value 1.10 is no number. */
    private static final LoadSettings AS_WRITTEN = LoadSettings.builder()
            .setSchema(new Texts())
            .setCodePointLimit(64 << 20)
            .setAllowDuplicateKeys(true)
            .build();

    /** JSON's schema, so that an empty document is one, with texts alone. */
    private static final class Texts extends JsonSchema {
        @Override
        public ScalarResolver getScalarResolver() {
            return (value, implicit) -> Tag.STR;
        }
    }

    private FtwFiles() {}

    /** All tests of a folder and the folders in it, in the order of their names; a file stands for itself. */
    public static List<FtwTest> read(Path root) throws IOException {
        List<FtwTest> tests = new ArrayList<>();
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.filter(FtwFiles::isYaml).sorted().toList()) {
                tests.addAll(readFile(path));
            }
        }
        return tests;
    }

    private static boolean isYaml(Path path) {
        return Files.isRegularFile(path)
                && (path.toString().endsWith(".yaml") || path.toString().endsWith(".yml"));
    }

    private static List<FtwTest> readFile(Path file) throws IOException {
        try {
            Object document =
                    new Load(AS_WRITTEN).loadFromString(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
            Tree root = new Tree(document, file.toString());
            String fallback = String.valueOf(file.getFileName()).replaceFirst("\\.ya?ml$", "");
            String rule = root.text("rule_id").orElse(fallback);
            List<FtwTest> tests = new ArrayList<>();
            int number = 0;
            for (Tree test : root.list("tests")) {
                number++;
                String own = test.text("test_id").orElse(Integer.toString(number));
                String id = test.text("test_title")
                        .filter(title -> test.text("test_id").isEmpty())
                        .orElse(rule + "-" + own);
                List<FtwTest.Stage> stages = new ArrayList<>();
                for (Tree stage : test.list("stages")) {
                    Tree inner = stage.has("stage") ? stage.child("stage") : stage;
                    stages.add(new FtwTest.Stage(input(inner.child("input")), output(inner.child("output"))));
                }
                tests.add(new FtwTest(id, test.text("desc").orElse(""), stages));
            }
            return tests;
        } catch (YamlEngineException | IllegalArgumentException e) {
            throw new IOException(file + ": " + e.getMessage(), e);
        }
    }

    private static FtwTest.Input input(Tree input) {
        boolean stopMagic = input.flag("stop_magic").orElse(false);
        return new FtwTest.Input(
                input.text("dest_addr").orElse("localhost"),
                input.number("port").orElse(80),
                input.text("protocol").orElse("http"),
                input.text("method").orElse("GET"),
                input.text("uri").orElse("/"),
                input.text("version").orElse("HTTP/1.1"),
                headers(input),
                input.text("data"),
                input.text("encoded_data"),
                input.text("encoded_request").filter(text -> !text.isEmpty()),
                input.flag("autocomplete_headers").orElse(!stopMagic),
                input.flag("follow_redirect").orElse(false),
                input.flag("save_cookie").orElse(false),
                input.has("response") ? Optional.of(reply(input.child("response"))) : Optional.empty());
    }

    private static List<FtwTest.Header> headers(Tree parent) {
        List<FtwTest.Header> headers = new ArrayList<>();
        if (parent.has("ordered_headers")) {
            for (Tree header : parent.list("ordered_headers")) {
                headers.add(new FtwTest.Header(
                        header.text("name").orElse(""), header.text("value").orElse("")));
            }
        } else if (parent.has("headers")) {
            parent.child("headers").entries().forEach((name, value) -> headers.add(new FtwTest.Header(name, value)));
        }
        return headers;
    }

    private static FtwTest.Reply reply(Tree response) {
        byte[] body = response.text("encoded_body")
                .map(text -> Base64.getMimeDecoder().decode(text))
                .orElseGet(() -> response.text("body").orElse("").getBytes(StandardCharsets.UTF_8));
        return new FtwTest.Reply(response.number("status").orElse(200), headers(response), body);
    }

    private static FtwTest.Output output(Tree output) {
        Tree log = output.child("log");
        List<String> match = new ArrayList<>();
        List<String> noMatch = new ArrayList<>();
        log.text("match_regex").ifPresent(match::add);
        output.text("log_contains").ifPresent(match::add);
        log.text("no_match_regex").ifPresent(noMatch::add);
        output.text("no_log_contains").ifPresent(noMatch::add);
        return new FtwTest.Output(
                output.number("status")
                        .filter(status -> status > 0)
                        .map(OptionalInt::of)
                        .orElse(OptionalInt.empty()),
                output.text("response_contains").filter(text -> !text.isEmpty()),
                log.numbers("expect_ids"),
                log.numbers("no_expect_ids"),
                match,
                noMatch,
                output.flag("expect_error"),
                output.flag("retry_once").orElse(false),
                output.flag("isolated").orElse(false));
    }

    /** A node of a document. A missing node is empty. */
    private record Tree(Object node, String place) {
        private Optional<Object> get(String key) {
            return node instanceof Map<?, ?> map ? Optional.ofNullable(map.get(key)) : Optional.empty();
        }

        boolean has(String key) {
            return get(key).isPresent();
        }

        Tree child(String key) {
            return new Tree(get(key).orElse(Map.of()), place + ": " + key);
        }

        List<Tree> list(String key) {
            return get(key).filter(List.class::isInstance).map(value -> (List<?>) value).orElse(List.of()).stream()
                    .map(item -> new Tree(item, place + ": " + key))
                    .toList();
        }

        Optional<String> text(String key) {
            return get(key).filter(value -> value instanceof String).map(String::valueOf);
        }

        Optional<Integer> number(String key) {
            return text(key).filter(value -> !value.isEmpty()).map(value -> {
                try {
                    return Integer.valueOf(value.strip());
                } catch (NumberFormatException e) {
                    throw new IllegalArgumentException(
                            place + ": " + key + ": \"" + value + "\" (expected: a number)", e);
                }
            });
        }

        Optional<Boolean> flag(String key) {
            return text(key).map(value -> value.equalsIgnoreCase("true"));
        }

        List<Long> numbers(String key) {
            return get(key).filter(List.class::isInstance).map(value -> (List<?>) value).orElse(List.of()).stream()
                    .map(item -> Long.valueOf(String.valueOf(item).strip()))
                    .toList();
        }

        Map<String, String> entries() {
            Map<String, String> entries = new LinkedHashMap<>();
            if (node instanceof Map<?, ?> map) {
                map.forEach((key, value) -> entries.put(String.valueOf(key), value instanceof String text ? text : ""));
            }
            return entries;
        }
    }
}
