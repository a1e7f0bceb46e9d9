package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.testkit.EnvoyValidate;
import dev.gatehouse.testkit.GoldenFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FleetGoldenIT {
    static List<GoldenFolder> folders() {
        return FleetGolden.folders().stream()
                .filter(folder ->
                        FleetGolden.fleets(folder).values().stream().anyMatch(Infrastructure.Desired.class::isInstance))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("folders")
    void theRealEnvoyLoadsTheBootstrap(GoldenFolder folder, @TempDir Path files) throws IOException {
        List<String> bootstraps = new ArrayList<>();
        for (Infrastructure each : FleetGolden.fleets(folder).values()) {
            if (each instanceof Infrastructure.Desired desired) {
                Map<String, String> mounted = mounted(desired.objects(), files);
                for (KubernetesObject object : desired.objects()) {
                    FleetGolden.bootstrap(object).ifPresent(bootstraps::add);
                }
                assertThat(mounted).containsOnlyKeys("xds-certificate.json", "xds-trusted-ca.json");
            }
        }
        assertThat(bootstraps).isNotEmpty();
        for (String bootstrap : bootstraps) {
            EnvoyValidate.assertLoads(
                    here(bootstrap, files).replace("\"node\":{", "\"node\":{\"id\":\"a\",\"cluster\":\"b\","));
        }
    }

    /** Writes what the ConfigMap brings to the paths where Envoy looks, below {@code files}. */
    private static Map<String, String> mounted(List<KubernetesObject> objects, Path files) throws IOException {
        Files.createDirectories(files.resolve("sds"));
        Files.createDirectories(files.resolve("certs"));
        for (String name : List.of("tls.crt", "tls.key", "ca.crt")) {
            Files.writeString(files.resolve("certs").resolve(name), "");
        }
        Map<String, String> data = new TreeMap<>();
        for (KubernetesObject object : objects) {
            if (object.kind().equals("ConfigMap") && object.tree().get("data") instanceof Map<?, ?> map) {
                for (Map.Entry<?, ?> file : map.entrySet()) {
                    data.put(file.getKey().toString(), file.getValue().toString());
                    Files.writeString(
                            files.resolve("sds").resolve(file.getKey().toString()),
                            here(file.getValue().toString(), files));
                }
            }
        }
        return data;
    }

    private static String here(String text, Path files) {
        return text.replace("\"/certs", "\"" + files + "/certs").replace("\"/sds", "\"" + files + "/sds");
    }
}
