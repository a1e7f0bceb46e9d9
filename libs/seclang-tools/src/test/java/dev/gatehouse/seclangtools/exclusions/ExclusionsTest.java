package dev.gatehouse.seclangtools.exclusions;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExclusionsTest {
    @Test
    void whatManyClientsMatchComesFirstAndScoresAreLeftOut() throws IOException {
        String log = entry("192.0.2.1", 942100, "ARGS:note")
                + entry("192.0.2.2", 942100, "ARGS:note")
                + entry("192.0.2.1", 941100, "ARGS:html")
                + entry("192.0.2.1", 949110, "TX:score");
        List<Exclusions.Suggestion> found =
                Exclusions.read(new ByteArrayInputStream(log.getBytes(StandardCharsets.UTF_8)));
        assertThat(found)
                .extracting(Exclusions.Suggestion::directive)
                .containsExactly(
                        "SecRuleUpdateTargetById 942100 \"!ARGS:note\"",
                        "SecRuleUpdateTargetById 941100 \"!ARGS:html\"");
        assertThat(found.getFirst().clients()).isEqualTo(2);
    }

    private static String entry(String client, long rule, String variable) {
        return "{\"transaction\":{\"client_ip\":\"" + client + "\"},\"messages\":[{\"data\":{\"id\":" + rule
                + ",\"msg\":\"m\",\"variable\":\"" + variable + "\"}}]}\n";
    }
}
