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

    @Test
    void ofAConfigMapOnlyWhatMayBeReferredToIsKept() {
        assertThat(kept(Map.of("ca.crt", "a", "ca.crl", "b", "tls.crt", "c", "large", "d")))
                .containsExactlyInAnyOrder("ca.crt", "ca.crl", "tls.crt");
        assertThat(kept(Map.of("revoked.pem", PEM))).containsExactly("revoked.pem");
        assertThat(kept(Map.of("revoked.pem", PEM, "other", "text"))).isEmpty();
        assertThat(kept(Map.of("settings", "text"))).isEmpty();
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
