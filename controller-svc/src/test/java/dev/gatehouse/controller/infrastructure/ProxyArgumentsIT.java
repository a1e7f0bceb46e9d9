package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.RealEnvoy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Fields of an EnvoyProxy that are arguments of the process: the real Envoy is started with those of the pod, and tells what it took them for. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ProxyArgumentsIT {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String ADMIN = "{admin: {address: {socket_address: {address: 127.0.0.1, port_value: 0}}}}";

    @Test
    void theProcessHasThreadsLevelsOfLogsAndTimesAsTheEnvoyProxySays(@TempDir Path folder) throws Exception {
        Path file = Files.writeString(folder.resolve("in.yaml"), """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: gw, namespace: default}
                spec:
                  gatewayClassName: gatehouse
                  infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: proxy}}
                  listeners: [{name: http, protocol: HTTP, port: 80}]
                ---
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyProxy
                metadata: {name: proxy, namespace: default}
                spec:
                  concurrency: 3
                  extraArgs: [--disable-extensions, envoy.access_loggers/envoy.access_loggers.wasm]
                  logging: {level: {default: debug, main: error}}
                  shutdown: {drainTimeout: 77s}
                """);
        OfflineTranslation translation = FleetGolden.translate(file);
        assertThat(translation.problems()).isEmpty();
        List<String> command = new ArrayList<>(List.of(RealEnvoy.binary().path().toString()));
        command.addAll(translation.translator().infrastructure().values().stream()
                .filter(Infrastructure.Desired.class::isInstance)
                .map(Infrastructure.Desired.class::cast)
                .flatMap(desired -> desired.objects().stream())
                .flatMap(object -> FleetGolden.arguments(object).stream())
                .findFirst()
                .orElseThrow());
        // The bootstrap is for addresses in a cluster.
        command.set(command.indexOf("--config-yaml") + 1, ADMIN);
        Path address = folder.resolve("address");
        Path log = folder.resolve("log");
        command.addAll(List.of("--admin-address-path", address.toString(), "--use-dynamic-base-id"));
        Process envoy = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try (HttpClient client = HttpClient.newHttpClient()) {
            Await.until(
                    () -> Files.exists(address) && !Files.readString(address).isEmpty(),
                    SOON,
                    () -> "Envoy has no address; is it alive: " + envoy.isAlive());
            String told = client.send(
                            HttpRequest.newBuilder(URI.create("http://" + Files.readString(address) + "/server_info"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
            assertThat(told)
                    .contains("\"concurrency\": 3")
                    .contains("\"envoy.access_loggers/envoy.access_loggers.wasm\"")
                    .contains("\"drain_time\": \"77s\"");
            assertThat(Files.readString(log)).contains("[debug][").doesNotContain("[info][main]");
        } finally {
            envoy.destroy();
        }
    }
}
