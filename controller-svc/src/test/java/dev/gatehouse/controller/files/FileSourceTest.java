package dev.gatehouse.controller.files;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.callout.CalloutAddress;
import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.control.ControllerView;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.events.MemoryConfigLog;
import dev.gatehouse.testkit.Await;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSourceTest {
    private static final CalloutAddress ADDRESS = new CalloutAddress("localhost", 1);

    private static final String GATEWAY = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: one, namespace: a}
            spec:
              gatewayClassName: teg
              listeners:
              - {name: http, protocol: HTTP, port: 80}
            """;

    @Test
    void whatTheControllerHasNotTakenYetIsNotAProblem(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("gateway.yaml"), GATEWAY);
        Settings settings = new Settings(
                List.of(Settings.CONTROLLER_NAME),
                Settings::shiftPrivileged,
                new Settings.Callouts(ADDRESS, ADDRESS, ADDRESS));
        try (Controller controller = new Controller(settings, new MemoryConfigLog("test"), InstantSource.system());
                FileSource files = new FileSource(
                        List.of(folder), settings.controllerName(), controller, InstantSource.system())) {
            files.start();

            assertThat(files.seenBy(ControllerView.EMPTY)).isFalse();
            assertThat(files.problems(ControllerView.EMPTY)).isEmpty();

            Await.until(() -> files.seenBy(controller.view()), Duration.ofSeconds(10), () -> "the files are not taken");
            assertThat(controller.view().gateways()).hasSize(1);
            assertThat(files.problems(controller.view())).isEmpty();
        }
    }
}
