package dev.gatehouse.standalone.instance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubeconfigTest {
    private static final String FILE = Config.KUBERNETES_KUBECONFIG_FILE;

    private String before = "";

    @BeforeEach
    void useAFileOfTwoContexts(@TempDir Path folder) throws IOException {
        before = System.getProperty(FILE, "");
        System.setProperty(
                FILE, Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                current-context: one
                contexts:
                - {name: one, context: {cluster: one, user: somebody}}
                - {name: two, context: {cluster: two, user: somebody}}
                clusters:
                - {name: one, cluster: {server: "https://one.test:6443"}}
                - {name: two, cluster: {server: "https://two.test:6443"}}
                users:
                - {name: somebody, user: {token: token}}
                """).toString());
    }

    @AfterEach
    void putBack() {
        if (before.isEmpty()) {
            System.clearProperty(FILE);
        } else {
            System.setProperty(FILE, before);
        }
    }

    @Test
    void aContextIsTheOneThatIsNamedOrTheCurrentOne() {
        assertThat(Kubeconfig.of("two", null).getMasterUrl()).startsWith("https://two.test:6443");
        assertThat(Kubeconfig.of(null, null).getMasterUrl()).startsWith("https://one.test:6443");
    }

    @Test
    void aContextThatIsNotThereIsNotTakenForAnother() {
        assertThatThrownBy(() -> Kubeconfig.of("three", null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("the kubeconfig has no context \"three\" (expected: one of [one, two])");
    }

    @Test
    void aFileThatIsNamedCountsAndOneThatIsNotThereIsTold(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("other"), """
                apiVersion: v1
                kind: Config
                current-context: own
                contexts: [{name: own, context: {cluster: own, user: me}}]
                clusters: [{name: own, cluster: {server: "https://own.test:6443"}}]
                users: [{name: me, user: {token: token}}]
                """);
        assertThat(Kubeconfig.of(null, file).getMasterUrl()).startsWith("https://own.test:6443");
        assertThatThrownBy(() -> Kubeconfig.of("one", file))
                .hasMessageContaining("no context \"one\" (expected: one of [own])");
        assertThatThrownBy(() -> Kubeconfig.of(null, folder.resolve("none"))).hasMessageContaining("none is not there");
        Path broken = Files.writeString(folder.resolve("broken"), "}{");
        assertThatThrownBy(() -> Kubeconfig.of(null, broken)).isInstanceOf(IllegalArgumentException.class);
    }
}
