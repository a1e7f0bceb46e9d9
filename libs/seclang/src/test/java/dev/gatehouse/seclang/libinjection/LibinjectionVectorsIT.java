package dev.gatehouse.seclang.libinjection;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** libinjection's own tests, as its Go module carries them: tokens, folding, SQL, HTML and scripts. */
class LibinjectionVectorsIT {
    private static final String MODULE = "github.com/corazawaf/libinjection-go@v0.3.5";

    private static Path tests = Path.of("");

    private record Vector(String name, String input, String expected) {}

    @BeforeAll
    static void findModule() throws IOException, InterruptedException {
        Process go;
        try {
            go = new ProcessBuilder("go", "mod", "download", "-json", MODULE)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            Assumptions.abort("go is not here: " + e.getMessage());
            return;
        }
        JsonNode answer = new ObjectMapper().readTree(go.getInputStream());
        Assumptions.assumeTrue(go.waitFor(2, TimeUnit.MINUTES) && go.exitValue() == 0, "no " + MODULE);
        tests = Path.of(answer.path("Dir").asText()).resolve("tests");
    }

    @Test
    void allOfItsTestsPass() throws IOException {
        List<String> failures = new ArrayList<>();
        List<Vector> vectors = vectors();
        for (Vector vector : vectors) {
            String actual = actual(vector);
            if (!actual.equals(vector.expected())) {
                failures.add(vector.name() + ": " + vector.input() + "\n" + actual + "\n(expected: " + vector.expected()
                        + ")");
            }
        }
        assertThat(failures).isEmpty();
        assertThat(vectors).hasSize(496);
    }

    private static String actual(Vector vector) {
        byte[] value = vector.input().getBytes(StandardCharsets.ISO_8859_1);
        String kind = vector.name().split("-", -1)[1];
        return switch (kind) {
            case "sqli" -> Libinjection.sqli(value, 0, value.length).orElse("");
            case "xss" -> Libinjection.xss(value, 0, value.length) ? "1" : "0";
            case "html5" -> html(value);
            case "folding" -> folded(value, vector.expected());
            case "tokens" -> tokens(value, false);
            case "tokens_mysql" -> tokens(value, true);
            default -> throw new AssertionError(vector.name());
        };
    }

    private static String tokens(byte[] value, boolean mysql) {
        SqlTokens input = new SqlTokens(value, 0, value.length);
        input.restart(0, mysql);
        List<String> lines = new ArrayList<>();
        for (long token = input.next(); token != SqlToken.NONE; token = input.next()) {
            lines.add(text(value, input, token));
        }
        return String.join("\n", lines).strip();
    }

    /** Words that became one phrase are in capitals here, and as they were written there. */
    private static String folded(byte[] value, String expected) {
        SqlTokens input = new SqlTokens(value, 0, value.length);
        input.restart(0, false);
        SqlFolding folding = new SqlFolding(input);
        int length = folding.fold();
        List<String> written = expected.lines().toList();
        List<String> lines = new ArrayList<>();
        for (int i = 0; i < length; i++) {
            String line = text(value, input, folding.token(i));
            boolean phrase = SqlToken.isWordByNumber(folding.token(i)) && i < written.size();
            lines.add(
                    phrase
                                    && written.get(i)
                                            .substring(2)
                                            .toUpperCase(Locale.ROOT)
                                            .equals(line.substring(2))
                            ? line.substring(0, 2) + written.get(i).substring(2)
                            : line);
        }
        return String.join("\n", lines).strip();
    }

    private static String text(byte[] value, SqlTokens input, long token) {
        StringBuilder text = new StringBuilder();
        text.append((char) SqlToken.type(token)).append(' ');
        boolean variable = SqlToken.type(token) == SqlToken.VARIABLE;
        if (variable) {
            int before = SqlToken.start(token) - (SqlToken.open(token) == 0 ? 0 : 1);
            for (int i = before - 1; i >= 0 && i >= before - 2 && value[i] == '@'; i--) {
                text.append('@');
            }
        }
        boolean quoted = variable || SqlToken.type(token) == SqlToken.STRING;
        if (quoted && SqlToken.open(token) != 0) {
            text.append((char) SqlToken.open(token));
        }
        for (int i = 0; i < SqlToken.length(token); i++) {
            text.append((char) (input.at(token, i) & 0xff));
        }
        if (quoted && SqlToken.close(token) != 0) {
            text.append((char) SqlToken.close(token));
        }
        return text.toString().replaceAll("[\r\n]+$", "");
    }

    private static String html(byte[] value) {
        HtmlTokens input = new HtmlTokens(value, 0, value.length, HtmlTokens.Context.TEXT);
        List<String> lines = new ArrayList<>();
        while (input.next()) {
            lines.add(name(input.token()) + "," + (input.end() - input.start()) + ","
                    + new String(value, input.start(), input.end() - input.start(), StandardCharsets.ISO_8859_1));
        }
        return String.join("\n", lines).strip();
    }

    private static String name(HtmlTokens.Token token) {
        return switch (token) {
            case TEXT -> "DATA_TEXT";
            case TAG_NAME_OPEN -> "TAG_NAME_OPEN";
            case TAG_NAME_CLOSE -> "TAG_NAME_CLOSE";
            case TAG_NAME_SELF_CLOSE -> "TAG_NAME_SELFCLOSE";
            case TAG_CLOSE -> "TAG_CLOSE";
            case ATTRIBUTE_NAME -> "ATTR_NAME";
            case ATTRIBUTE_VALUE -> "ATTR_VALUE";
            case COMMENT -> "TAG_COMMENT";
            case DOCTYPE -> "DOCTYPE";
        };
    }

    private static List<Vector> vectors() throws IOException {
        List<Vector> vectors = new ArrayList<>();
        try (Stream<Path> files = Files.list(tests)) {
            for (Path file : files.sorted().toList()) {
                String text =
                        Files.readString(file, StandardCharsets.ISO_8859_1).replace("\r\n", "\n");
                int input = text.indexOf("--INPUT--\n") + "--INPUT--\n".length();
                int expected = text.indexOf("--EXPECTED--\n", input);
                vectors.add(new Vector(
                        file.getFileName().toString(),
                        text.substring(input, expected).replaceAll("[ \t\r\n]+$", ""),
                        text.substring(expected + "--EXPECTED--\n".length()).replaceAll("[ \t\r\n]+$", "")));
            }
        }
        return vectors;
    }
}
