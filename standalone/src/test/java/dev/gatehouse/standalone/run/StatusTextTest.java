package dev.gatehouse.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;

class StatusTextTest {
    private static final JsonObject PROGRAMMED = condition("Programmed", "True", "Programmed", "");

    @Test
    void aListenerOfAReadyEnvoyServes() {
        assertThat(text(listener(true), PROGRAMMED)).contains("http://localhost:80  serving");
    }

    @Test
    void aListenerWaitsForItsEnvoy() {
        JsonObject listener = listener(false).put("waitsForEnvoy", "waits for its configuration");
        assertThat(text(listener, PROGRAMMED)).contains("waiting: its Envoy waits for its configuration");
    }

    @Test
    void theReasonOfAGatewayThatIsNotProgrammedGoesFirst() {
        JsonObject listener = listener(false).put("waitsForEnvoy", "is not started");
        assertThat(text(listener, condition("Programmed", "False", "Pending", "No proxy has it.")))
                .contains("Pending: No proxy has it.");
    }

    @Test
    void aListenerOfAnInvalidConfigurationIsNotServing() {
        assertThat(text(listener(false), PROGRAMMED)).contains("http://localhost:80  not serving");
    }

    @Test
    void aPatchThatIsNotAppliedSaysWhy() {
        JsonObject policy = new JsonObject()
                .put("kind", "EnvoyPatchPolicy")
                .put("name", "default/patch")
                .put("target", "Gateway default/edge")
                .put(
                        "conditions",
                        new JsonArray()
                                .add(condition("Accepted", "True", "Accepted", ""))
                                .add(condition("Programmed", "False", "Invalid", "The path selects nothing.")));
        assertThat(text(new JsonArray(), new JsonArray().add(policy))).contains("Invalid: The path selects nothing.");
    }

    private static JsonObject listener(boolean serving) {
        return new JsonObject()
                .put("name", "http")
                .put("url", "http://localhost:80")
                .put("serving", serving)
                .put("waitsForRoute", false)
                .put("conditions", new JsonArray());
    }

    private static JsonObject condition(String type, String status, String reason, String message) {
        return new JsonObject()
                .put("type", type)
                .put("status", status)
                .put("reason", reason)
                .put("message", message);
    }

    private static String text(JsonObject listener, JsonObject condition) {
        JsonObject gateway = new JsonObject()
                .put("name", "default/edge")
                .put("conditions", new JsonArray().add(condition))
                .put("listeners", new JsonArray().add(listener));
        return text(new JsonArray().add(gateway), new JsonArray());
    }

    private static String text(JsonArray gateways, JsonArray policies) {
        return StatusText.of(
                new JsonObject()
                        .put("gateways", gateways)
                        .put("routes", new JsonArray())
                        .put("policies", policies)
                        .put("parts", new JsonArray()),
                true);
    }
}
