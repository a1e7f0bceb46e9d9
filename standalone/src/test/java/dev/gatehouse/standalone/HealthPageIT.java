package dev.gatehouse.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.standalone.process.ChildJvm;
import dev.gatehouse.standalone.process.WebClient;
import dev.gatehouse.testkit.FreePorts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first look at a service's health does not keep an event loop: the kubelet looks while the machine is busy with starting everything. */
// The waits are bounded by silence; this ends a test that hangs.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
final class HealthPageIT {
    private static final String CLASS_LOADS = """
            <configuration version="2.0">
              <event name="jdk.ClassLoad"><setting name="enabled">true</setting><setting name="threshold">0 ms</setting></event>
            </configuration>
            """;

    private final WebClient web = new WebClient();

    @ParameterizedTest
    @ValueSource(strings = {"controller-svc", "xds-svc", "ratelimit-svc", "waf-svc", "authz-svc"})
    void itsPageIsWrittenByWhatTheStartHasLoaded(String service, @TempDir Path folder) throws Exception {
        Path recording = folder.resolve("loads.jfr");
        Path settings = Files.writeString(folder.resolve("loads.jfc"), CLASS_LOADS);
        List<Integer> ports = FreePorts.some(2);
        int http = ports.getLast();
        Map<String, String> environment = Map.of(
                "GATEHOUSE_GRPC_PORT",
                ports.getFirst().toString(),
                "GATEHOUSE_GRPC_HOST",
                "127.0.0.1",
                "GATEHOUSE_HTTP_PORT",
                Integer.toString(http),
                "QUARKUS_HTTP_HOST",
                "127.0.0.1",
                "GATEHOUSE_WARM_UP_ENABLED",
                "false",
                "GATEHOUSE_CONTROLLER_FILES",
                Files.createDirectory(folder.resolve("files")).toString(),
                "JDK_JAVA_OPTIONS",
                "-XX:StartFlightRecording=filename=" + recording + ",settings=" + settings);
        try (ChildJvm jvm = ChildJvm.start(service, environment)) {
            jvm.await(() -> !jvm.alive() || List.of(200, 503).contains(web.status(http, "/q/health")));
            jvm.terminate();
            assertThat(jvm.exit(Duration.ofSeconds(30))).as(jvm.output()).isIn(0, 143);
        }
        List<RecordedEvent> loads = RecordingFile.readAllEvents(recording).stream()
                .filter(event -> event.getEventType().getName().equals("jdk.ClassLoad"))
                .toList();
        assertThat(json(loads, "")).as("classes that write JSON").isNotEmpty();
        assertThat(json(loads, "vert.x-eventloop-thread"))
                .as("by an event loop")
                .isEmpty();
    }

    private static List<String> json(List<RecordedEvent> loads, String thread) {
        return loads.stream()
                .filter(event -> event.getThread() != null
                        && Objects.toString(event.getThread().getJavaName(), "").startsWith(thread))
                .map(event -> event.getClass("loadedClass").getName())
                .filter(name -> name.startsWith("org.eclipse.parsson.") || name.startsWith("jakarta.json."))
                .toList();
    }
}
