package dev.gatehouse.controller.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.ConfigMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class WafConfigMapTest {
    private static List<String> directives(String key, String value) {
        return WafConfigMap.directives(new ConfigMap(Map.of(key, value)));
    }

    @Test
    void aListInYamlIsReadUnderItsKeyOrInsideAnother() {
        String list = "- Include @recommended-conf\n- SecRuleEngine On\n";
        assertThat(directives("directives", list)).containsExactly("Include @recommended-conf", "SecRuleEngine On");
        assertThat(directives("config.yaml", "directives:\n" + list))
                .containsExactly("Include @recommended-conf", "SecRuleEngine On");
        assertThat(directives("config.json", "{\"directives\": [\"SecRuleEngine On\"]}"))
                .containsExactly("SecRuleEngine On");
    }

    @Test
    void linesAreOneText() {
        String lines = "SecRuleEngine On\nSecRule ARGS \"@rx a: b\" \\\n  \"id:1,deny\"\n";
        assertThat(directives("directives", lines)).containsExactly(lines);
    }

    @Test
    void anotherTextIsNoConfiguration() {
        assertThat(directives("notes", "nothing: here")).isEmpty();
        assertThat(directives("notes", "a: [")).isEmpty();
        assertThat(directives("directives", " \n")).isEmpty();
    }
}
