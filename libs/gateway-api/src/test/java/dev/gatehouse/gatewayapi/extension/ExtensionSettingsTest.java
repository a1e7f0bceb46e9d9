package dev.gatehouse.gatewayapi.extension;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.JsonText;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the {@code spec} of an EnvoyExtensionPolicy may say. */
class ExtensionSettingsTest {
    private final List<String> problems = new ArrayList<>();

    private ExtensionSettings read(String yaml) {
        return Fields.read(
                YamlDocuments.read("", yaml).documents().getFirst(),
                "",
                "",
                problem -> problems.add(problem.path() + ": " + problem.message()),
                ExtensionSettings::read);
    }

    @Test
    void whatIsLeftOutHasItsDefault() {
        ExtensionSettings settings = read("""
                extProc: [{backendRefs: [{name: a, port: 80}]}]
                lua: [{inline: x}]
                wasm: [{code: {type: HTTP, http: {url: "https://a.example/x.wasm"}}}]
                dynamicModule: [{name: a}]
                """);
        assertThat(problems).isEmpty();
        ExtProc processor = settings.processors().getFirst();
        assertThat(processor.failOpen()).isFalse();
        assertThat(processor.requests()).isEmpty();
        assertThat(processor.messageTimeout()).isEmpty();
        assertThat(settings.scripts().getFirst().source()).isEqualTo(new Lua.Source.Inline("x"));
        assertThat(settings.wasms().getFirst().failOpen()).isFalse();
        assertThat(settings.wasms().getFirst().code().pull()).isEmpty();
        assertThat(settings.modules().getFirst().terminal()).isFalse();
        assertThat(settings.closes()).isTrue();
    }

    @Test
    void aModuleIsToldItsConfiguration() {
        ExtensionSettings settings = read("""
                dynamicModule: [{name: a, filterName: limiter, config: {rate: 5}, terminalFilter: true}]
                """);
        assertThat(problems).isEmpty();
        assertThat(settings.modules())
                .containsExactly(new DynamicModule("a", "limiter", Optional.of(Map.of("rate", 5L)), true));
    }

    @Test
    void codeOfAnImageHasADigest() {
        ExtensionSettings settings = read("""
                wasm: [{code: {type: Image, image: {url: "oci://a.example/x:1", sha256: %s}}}]
                """.formatted("b".repeat(64)));
        assertThat(problems).isEmpty();
        assertThat(settings.wasms().getFirst().code().sha256()).contains("b".repeat(64));
    }

    @Test
    void onlyExtensionsThatMayFailCloseNothing() {
        assertThat(read("extProc: [{failOpen: true, backendRefs: [{name: a, port: 80}]}]")
                        .closes())
                .isFalse();
        assertThat(read("lua: [{inline: x}]").closes()).isTrue();
        assertThat(read("dynamicModule: [{name: a}]").closes()).isTrue();
    }

    @Test
    void anImageIsNamedWithOrWithoutItsScheme() {
        ExtensionSettings settings = read("""
                wasm:
                - code: {type: Image, image: {url: "oci://a.example/b:1", pullSecretRef: {name: s}}}
                - code: {type: Image, image: {url: "a.example/b:1"}}
                """);
        assertThat(settings.wasms())
                .extracting(wasm -> ((Wasm.Place.Image) wasm.code().place()).reference())
                .containsOnly("a.example/b:1");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "extProc: [{}] | extProc[0].backendRefs: is empty",
                "extProc: [{backendRefs: [{name: a, port: 80}], statusOnError: 200}] | statusOnError",
                "extProc: [{backendRefs: [{name: a, port: 80}], processingMode: {request: {body: Full}}}] | body",
                "lua: [{type: Inline}] | inline: is missing",
                "lua: [{type: ValueRef}] | valueRef: is missing",
                "lua: [{type: ValueRef, valueRef: {kind: Secret, name: a}}] | cannot hold a script",
                "wasm: [{}] | code: is missing",
                "wasm: [{code: {type: HTTP}}] | http: is missing",
                "wasm: [{code: {type: Image}}] | image: is missing",
                "wasm: [{code: {type: HTTP, http: {url: 'file:///etc/passwd'}}}] | an HTTP or HTTPS URL",
                "wasm: [{code: {type: HTTP, http: {url: 'http://a/b', sha256: abc}}}] | SHA-256",
                "dynamicModule: [{}] | name: is missing",
            })
    void whatCannotBeMeantIsRefusedWithItsPlace(String yaml, String message) {
        read(yaml);
        assertThat(problems).anySatisfy(problem -> assertThat(problem).contains(message));
    }

    @Test
    void anEnvoyProxyRegistersModules() {
        List<ModuleRegistration> modules = Fields.read(
                YamlDocuments.read("", """
                        dynamicModules:
                        - {name: near, doNotClose: true, loadGlobally: true, source: {local: {path: /lib/a.so}}}
                        - {name: far, source: {type: Remote, remote: {url: "https://a.example/a.so", sha256: %s}}}
                        """.formatted("A".repeat(64)))
                        .documents()
                        .getFirst(),
                "",
                "",
                problem -> problems.add(problem.toString()),
                fields -> fields.list("dynamicModules", ModuleRegistration::read));
        assertThat(modules)
                .containsExactly(
                        new ModuleRegistration("near", true, true, new ModuleRegistration.Source.Local("/lib/a.so")),
                        new ModuleRegistration(
                                "far",
                                false,
                                false,
                                new ModuleRegistration.Source.Remote("https://a.example/a.so", "a".repeat(64))));
    }

    @Test
    void aConfigurationIsHandedOnAsJson() {
        Object config =
                read("wasm: [{code: {type: HTTP, http: {url: 'http://a/b'}}, config: {a: [1, 2.5, true, null, \"x\\n\\\"\"]}}]")
                        .wasms()
                        .getFirst()
                        .config()
                        .orElseThrow();
        assertThat(JsonText.of(config)).isEqualTo("{\"a\":[1,2.5,true,null,\"x\\n\\\"\"]}");
    }
}
