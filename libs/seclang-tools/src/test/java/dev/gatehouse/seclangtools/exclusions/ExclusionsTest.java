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
        List<Exclusions.Suggestion> found = read(log).suggestions();
        assertThat(found)
                .extracting(Exclusions.Suggestion::directive)
                .containsExactly(
                        "SecRuleUpdateTargetById 942100 \"!ARGS:note\"",
                        "SecRuleUpdateTargetById 941100 \"!ARGS:html\"");
        assertThat(found.getFirst().clients()).isEqualTo(2);
    }

    @Test
    void linesThatAreNoRecordsArePassedOver() throws IOException {
        Exclusions.Result result = read("Listening on port 1\n{\"level\":\"INFO\"}\n{broken\n\nwaf-svc-1 "
                + entry("192.0.2.1", 942100, "ARGS:note"));
        assertThat(result.suggestions()).hasSize(1);
        assertThat(result.records()).isEqualTo(1);
        assertThat(result.others()).isEqualTo(3);
    }

    @Test
    void aNameThatAClientMadeUpSaysNothingElseInADirective() throws IOException {
        assertThat(read(entry("192.0.2.1", 942100, "ARGS:a|ARGS:b\\\" \\n x")).suggestions())
                .extracting(Exclusions.Suggestion::directive)
                .containsExactly("SecRuleUpdateTargetById 942100 \"!ARGS:/^a\\x7cARGS\\x3ab\\x22\\x20\\x0a\\x20x$/\"");
    }

    private static Exclusions.Result read(String log) throws IOException {
        return Exclusions.read(new ByteArrayInputStream(log.getBytes(StandardCharsets.UTF_8)));
    }

    private static String entry(String client, long rule, String variable) {
        return "{\"transaction\":{\"client_ip\":\"" + client + "\"},\"messages\":[{\"data\":{\"id\":" + rule
                + ",\"msg\":\"m\",\"variable\":\"" + variable + "\"}}]}\n";
    }
}
