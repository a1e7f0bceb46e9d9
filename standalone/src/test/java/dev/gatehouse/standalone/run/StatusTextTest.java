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
        return StatusText.of(
                new JsonObject()
                        .put("gateways", new JsonArray().add(gateway))
                        .put("routes", new JsonArray())
                        .put("policies", new JsonArray())
                        .put("parts", new JsonArray()),
                true);
    }
}
