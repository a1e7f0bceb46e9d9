package dev.gatehouse.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import dev.gatehouse.controller.config.EnvoyGatewayFile;
import dev.gatehouse.controller.files.OfflineTranslation;
import dev.gatehouse.controller.gateway.LimitCalls;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.controller.translate.Settings;
import dev.gatehouse.gatewayapi.ObjectKey;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.http.ratelimit.v3.RateLimit;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the EnvoyGateway file says of all proxies. */
class ConfiguredTest {
    private static final String OBJECTS = """
            apiVersion: gateway.networking.k8s.io/v1
            kind: GatewayClass
            metadata: {name: own}
            spec:
              controllerName: gatehouse.dev/gatewayclass-controller
              parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: own, namespace: default}
            ---
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyProxy
            metadata: {name: own, namespace: default}
            spec: {${merge}concurrency: 1}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: plain, namespace: default}
            spec: {gatewayClassName: gatehouse, listeners: [{name: http, protocol: HTTP, port: 80}]}
            ---
            apiVersion: gateway.networking.k8s.io/v1
            kind: Gateway
            metadata: {name: own, namespace: default}
            spec: {gatewayClassName: own, listeners: [{name: http, protocol: HTTP, port: 81}]}
            """;

    private static OfflineTranslation translate(Path folder, String merge, LimitCalls limits) throws IOException {
        Files.writeString(folder.resolve("in.yaml"), OBJECTS.replace("${merge}", merge));
        EnvoyGatewayFile file = EnvoyGatewayFile.read("config.yaml", """
                apiVersion: gateway.envoyproxy.io/v1alpha1
                kind: EnvoyGateway
                envoyProxy: {mergeGateways: true}
                """);
        assertThat(file.problems()).isEmpty();
        return OfflineTranslation.of(
                List.of(folder),
                Golden.settings().with(new Settings.Configured(file.proxy(), limits, Optional.empty())));
    }

    private static boolean merged(OfflineTranslation translation, String gateway) {
        return Objects.requireNonNull(translation.translator().gateways().get(new ObjectKey("default", gateway)))
                .merged();
    }

    @Test
    void theFilesEnvoyProxyCountsWhereAClassHasNone(@TempDir Path folder) throws IOException {
        OfflineTranslation translation = translate(folder, "", LimitCalls.DEFAULT);
        assertThat(merged(translation, "plain")).isTrue();
        assertThat(merged(translation, "own")).as("replaced whole").isFalse();
    }

    @Test
    void anEnvoyProxyThatMergesAddsToTheFiles(@TempDir Path folder) throws IOException {
        assertThat(merged(translate(folder, "mergeType: StrategicMerge, ", LimitCalls.DEFAULT), "own"))
                .isTrue();
    }

    @Test
    void proxiesCallRatelimitSvcAsTheFileSays(@TempDir Path folder) throws IOException {
        OfflineTranslation translation = translate(folder, "", new LimitCalls(Duration.ofMillis(20), true));
        List<RateLimit> limits = new ArrayList<>();
        for (Output output : translation.translator().resources().values()) {
            if (output.message() instanceof Listener listener) {
                for (FilterChain chain : listener.getFilterChainsList()) {
                    limits.addAll(limits(chain));
                }
            }
        }
        assertThat(limits).isNotEmpty().allSatisfy(limit -> {
            assertThat(limit.getFailureModeDeny()).isTrue();
            assertThat(limit.getTimeout()).hasToString("nanos: 20000000\n");
        });
    }

    private static List<RateLimit> limits(FilterChain chain) throws InvalidProtocolBufferException {
        List<RateLimit> limits = new ArrayList<>();
        if (chain.getFilters(0).getTypedConfig().is(HttpConnectionManager.class)) {
            for (HttpFilter filter : chain.getFilters(0)
                    .getTypedConfig()
                    .unpack(HttpConnectionManager.class)
                    .getHttpFiltersList()) {
                if (filter.getTypedConfig().is(RateLimit.class)) {
                    limits.add(filter.getTypedConfig().unpack(RateLimit.class));
                }
            }
        }
        return limits;
    }
}
