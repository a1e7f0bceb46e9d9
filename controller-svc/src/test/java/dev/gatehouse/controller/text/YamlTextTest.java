package dev.gatehouse.controller.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import org.yaml.snakeyaml.Yaml;

class YamlTextTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "True",
                "true",
                "FALSE",
                "yes",
                "No",
                "on",
                "OFF",
                "y",
                "N",
                "null",
                "Null",
                "~",
                "=",
                "<<",
                "1",
                "-1",
                "+1",
                "1_000",
                "0x10",
                "0X1f",
                "0b101",
                "0o17",
                "017",
                "1e3",
                "1E+3",
                "1.",
                ".5",
                "-.5e-1",
                "1.5",
                ".inf",
                "-.INF",
                ".NaN",
                "190:20:30",
                "1:30",
                "190:20:30.15",
                "2026-11-27",
                "2026-11-27T10:00:00Z",
                "2001-12-14 21:59:43.10 -5",
                "10.0.0.1",
                "1.2.3",
                "::1",
                "-",
                "?",
                ":",
                "- a",
                "a: b",
                "a #b",
                "#a",
                "!tag",
                "&a",
                "*a",
                "%a",
                "@a",
                "`a",
                "'a'",
                "\"a\"",
                "{a}",
                "[a]",
                " a",
                "a ",
                "a\nb",
                "a\n",
                "\ta",
                "\u0085",
                "\u0000",
                "\u007f",
                "\ufeff",
                "---",
                "...",
                "12345678901234567890",
                "1:2",
                "08",
                "0x",
                "+",
                "0.0",
                "-0",
                "12e03",
                ".",
                "._",
                "-._1",
                "+.",
                "Infinity",
                "NaN"
            })
    void everyReaderOfYamlTakesAStringForOne(String text) {
        Map<String, Object> tree = Map.of("value", text, "list", List.of(text), "keys", Map.of("x" + text, text));

        String yaml = YamlText.of(tree);

        assertReadAs(yaml, tree);
    }

    @ParameterizedTest
    @ValueSource(strings = {"on", "y", "1", "null", "2026-11-27", "<<", "=", "~", "0x10", "1:30"})
    void keysAreStringsToo(String key) {
        Map<String, Object> tree = Map.of(key, "value");

        assertReadAs(YamlText.of(tree), tree);
    }

    @Property(tries = 2000)
    void nothingButStringsComesOfStrings(@ForAll("texts") String text) {
        Map<String, Object> tree = Map.of("value", text);

        assertReadAs(YamlText.of(tree), tree);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.strings()
                .withChars("0123456789abefnorstxyzABEFNOTXYZ_.:+-~=<> \t'\"#&*!|>%@`[]{},?\\")
                .ofMaxLength(12);
    }

    private static void assertReadAs(String yaml, Object tree) {
        assertThat((Object) new Yaml().load(yaml)).as("YAML 1.1:\n" + yaml).isEqualTo(tree);
        assertThat(new Load(LoadSettings.builder().setSchema(new CoreSchema()).build()).loadFromString(yaml))
                .as("YAML 1.2:\n" + yaml)
                .isEqualTo(tree);
    }
}
