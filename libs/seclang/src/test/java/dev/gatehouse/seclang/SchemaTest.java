package dev.gatehouse.seclang;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code @validateSchema}, for both kinds of schemas. */
class SchemaTest {
    private static final String XSD = """
            <xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
              <xs:element name="order"><xs:complexType><xs:sequence>
                <xs:element name="item" type="xs:int" maxOccurs="3"/>
              </xs:sequence></xs:complexType></xs:element>
            </xs:schema>
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void writeSchemas() throws IOException {
        write("order.xsd", XSD);
        write("order.json", """
                {"$schema": "http://json-schema.org/draft-07/schema#", "type": "object", "required": ["items"],
                 "properties": {"items": {"type": "array", "maxItems": 3, "items": {"$ref": "#/definitions/item"}},
                                "code": {"type": "string", "pattern": "^(a+)+$"}},
                 "definitions": {"item": {"type": "integer", "minimum": 1}}}
                """);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }

    private Compilation compile(String target, String schema) {
        String rule = "SecRuleEngine On\nSecRequestBodyAccess On\nSecRule " + target + " \"@validateSchema " + schema
                + "\" \"id:1,phase:2,deny\"";
        return RuleSet.compile(List.of(new Source("rules", rule)), new DirectoryFiles(folder));
    }

    private boolean isRefused(String target, String schema, String type, String body) {
        return switch (compile(target, schema)) {
            case Compilation.Rejected rejected -> throw new AssertionError(rejected.toString());
            case Compilation.Compiled compiled -> {
                Transaction transaction = Rules.begin(compiled.rules());
                transaction.request(Bytes.latin1("POST"), Bytes.latin1("/"), Bytes.latin1("HTTP/1.1"));
                transaction.requestHeader(Bytes.latin1("Content-Type"), Bytes.latin1(type));
                transaction.requestHeaders();
                transaction.requestBody(Bytes.utf8(body));
                yield transaction.requestBody().isPresent();
            }
        };
    }

    private boolean isRefusedJson(String body) {
        return isRefused("REQUEST_BODY", "order.json", "application/json", body);
    }

    private boolean isRefusedXml(String body) {
        return isRefused("XML", "order.xsd", "application/xml", body);
    }

    @Test
    void aBodyOfJsonIsHeldAgainstItsSchemaWhateverReadsIt() {
        assertThat(isRefusedJson("{\"items\":[1,2]}")).isFalse();
        assertThat(isRefusedJson("{\"items\":[1,2,3,4]}")).isTrue();
        assertThat(isRefusedJson("{\"items\":[0]}")).isTrue();
        assertThat(isRefusedJson("{}")).isTrue();
        assertThat(isRefusedJson("")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"items\":[1]} x",
                "{\"items\":[1],\"items\":[\"a\"]}",
                "items",
                "\u0000",
                "{\"items\":[01]}"
            })
    void whatIsNoJsonIsNotValid(String body) {
        assertThat(isRefusedJson(body)).isTrue();
    }

    @Test
    void deepDocumentsAndHungryExpressionsDoNoHarm() {
        assertThat(isRefusedJson("[".repeat(100_000))).isTrue();
        String hungry = "{\"items\":[1],\"code\":\"" + "a".repeat(5000) + "!\"}";
        assertThat(Duration.ofNanos(time(() -> assertThat(isRefusedJson(hungry)).isTrue())))
                .isLessThan(Duration.ofSeconds(10));
        assertThat(isRefusedJson("{\"items\":[1],\"code\":\"aaa\"}")).isFalse();
    }

    private static long time(Runnable action) {
        long start = System.nanoTime();
        action.run();
        return System.nanoTime() - start;
    }

    @Test
    void aBodyOfXmlIsHeldAgainstItsSchemaAsAWhole() {
        assertThat(isRefusedXml("<order><item>1</item><item>2</item></order>")).isFalse();
        assertThat(isRefusedXml("<order><item>x</item></order>")).isTrue();
        assertThat(isRefusedXml("<order/>")).isTrue();
        assertThat(isRefusedXml("<order><item>1</item>")).isTrue();
    }

    @Test
    void aDocumentLoadsNothingAndItsEntitiesDoNotGrow() throws IOException {
        Path secret = folder.resolve("secret");
        Files.writeString(secret, "7", StandardCharsets.UTF_8);
        assertThat(isRefusedXml("<!DOCTYPE order [<!ENTITY e SYSTEM \"" + secret.toUri()
                        + "\">]><order><item>&e;</item></order>"))
                .isTrue();
        assertThat(isRefusedXml("<!DOCTYPE order SYSTEM \"http://127.0.0.1:9/x.dtd\"><order><item>1</item></order>"))
                .isTrue();
        StringBuilder lol = new StringBuilder("<!DOCTYPE order [<!ENTITY e0 \"1111111111\">");
        for (int i = 1; i < 12; i++) {
            lol.append("<!ENTITY e" + i + " \"" + ("&e" + (i - 1) + ";").repeat(10) + "\">");
        }
        assertThat(isRefusedXml(lol + "]><order><item>&e11;</item></order>")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{", "{\"type\": 7}", "{\"pattern\": \"(\"}", "{\"$ref\": \"http://127.0.0.1:9/x.json\"}", "[]"})
    void whatIsNoSchemaIsAnErrorWithItsPlace(String schema) throws IOException {
        write("bad.json", schema);
        assertThat(compile("REQUEST_BODY", "bad.json")).isInstanceOfSatisfying(Compilation.Rejected.class, rejected -> {
            assertThat(rejected.errors().getFirst().toString())
                    .startsWith("rules:3:")
                    .contains("\"bad.json\" is no JSON schema");
        });
        write(
                "bad.xsd",
                "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\"><xs:import schemaLocation=\"order.xsd\"/>");
        assertThat(compile("XML", "bad.xsd")).isInstanceOf(Compilation.Rejected.class);
    }
}
