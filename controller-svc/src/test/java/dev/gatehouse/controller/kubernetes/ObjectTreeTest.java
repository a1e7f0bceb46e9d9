package dev.gatehouse.controller.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.yaml.Node;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ObjectTreeTest {
    private static final String PEM = "-----BEGIN X509 CRL-----\n-----END X509 CRL-----\n";

    private static final String LARGE = "x".repeat(65 * 1024);

    @Test
    void aSmallConfigMapIsKeptWhole() {
        assertThat(kept(Map.of("ca.crt", "a", "page.html", "b", "keys.json", "c")))
                .containsExactlyInAnyOrder("ca.crt", "page.html", "keys.json");
    }

    @Test
    void ofALargeConfigMapOnlyWhatMayBeReferredToByItsNameIsKept() {
        assertThat(kept(Map.of("ca.crt", "a", "ca.crl", "b", "jwks", "c", "response.body", "d", "large", LARGE)))
                .containsExactlyInAnyOrder("ca.crt", "ca.crl", "jwks", "response.body");
        assertThat(kept(Map.of("revoked.pem", PEM + LARGE))).containsExactly("revoked.pem");
        assertThat(kept(Map.of("revoked.pem", PEM, "other", LARGE))).isEmpty();
        assertThat(kept(Map.of("settings", LARGE))).isEmpty();
    }

    @Test
    void rulesAreKeptWithWhatIsBesideThem() {
        assertThat(kept(Map.of("main.conf", "SecRuleEngine On", "words", "a")))
                .containsExactlyInAnyOrder("main.conf", "words");
    }

    private static Set<String> kept(Map<String, String> data) {
        GenericKubernetesResource object = new GenericKubernetesResource();
        object.setMetadata(new ObjectMeta());
        object.setAdditionalProperty("data", data);
        Node kept = ObjectTree.of(Kinds.CONFIG_MAP, object).get("data").orElseThrow();
        return ((Node.Mapping) kept).fields().keySet();
    }
}
