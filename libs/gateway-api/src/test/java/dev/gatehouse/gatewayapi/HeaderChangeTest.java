package dev.gatehouse.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeaderChangeTest {
    @ParameterizedTest
    @CsvSource({
        "HTTPRoute, Request, set",
        "HTTPRoute, Request, add",
        "HTTPRoute, Response, set",
        "HTTPRoute, Response, add",
        "GRPCRoute, Request, set",
        "GRPCRoute, Request, add",
        "GRPCRoute, Response, set",
        "GRPCRoute, Response, add"
    })
    void aHeaderHasAValue(String kind, String side, String list) {
        String route = """
                apiVersion: gateway.networking.k8s.io/v1
                kind: %s
                metadata: {name: r}
                spec:
                  parentRefs: [{name: g}]
                  rules:
                  - filters:
                    - type: %sHeaderModifier
                      %sHeaderModifier:
                        %s: [{name: a, value: %s}]
                """;
        String modifier = side.equals("Request") ? "request" : "response";
        assertThat(ResourceReader.read("f.yaml", route.formatted(kind, side, modifier, list, "x"))
                        .problems())
                .isEmpty();
        assertThat(ResourceReader.read("f.yaml", route.formatted(kind, side, modifier, list, "''"))
                        .problems())
                .singleElement()
                .asString()
                .endsWith("spec.rules[0].filters[0]." + modifier + "HeaderModifier." + list
                        + "[0].value: \"\" is not valid (expected: a header value: one line, not empty)");
    }
}
