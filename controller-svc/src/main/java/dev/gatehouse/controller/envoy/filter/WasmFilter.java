package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import dev.gatehouse.controller.extension.Extensions;
import dev.gatehouse.controller.extension.Extensions.Plugin;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.yaml.JsonText;
import io.envoyproxy.envoy.config.core.v3.AsyncDataSource;
import io.envoyproxy.envoy.config.core.v3.BackoffStrategy;
import io.envoyproxy.envoy.config.core.v3.HttpUri;
import io.envoyproxy.envoy.config.core.v3.RemoteDataSource;
import io.envoyproxy.envoy.config.core.v3.RetryPolicy;
import io.envoyproxy.envoy.extensions.filters.http.wasm.v3.Wasm;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.wasm.v3.EnvironmentVariables;
import io.envoyproxy.envoy.extensions.wasm.v3.PluginConfig;
import io.envoyproxy.envoy.extensions.wasm.v3.VmConfig;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the Wasm extensions of EnvoyExtensionPolicies, by Envoy's filter {@code wasm}. A listener has a filter for each
 * extension in use, which routes enable. Proxies fetch the code from the controller and verify it. Invalid code fails
 * open or closed as its policy says. Envoy accepts invalid code while it fetches it, and refuses the listener when it
 * has it: the policy is then held back alone.
 */
final class WasmFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.wasm/extension-";
    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(10);
    private static final int FETCHES = 10;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return chain.needs().extensions().sortedPlugins().stream()
                .map(filter -> chain.forPolicies(filter.name(), filter.config()))
                .toList();
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        Map<String, Message> config = new HashMap<>();
        filters(route.policies().extensions().map(Extensions::plugins).orElse(List.of()))
                .forEach(filter -> config.put(filter.name(), SkippedFilter.passed()));
        return config;
    }

    /** The filter of each of a policy's extensions. */
    static List<PlacedFilter> filters(List<Plugin> plugins) {
        return PlacedFilter.all(NAME, plugins, WasmFilter::filter);
    }

    private static Wasm filter(Plugin plugin) {
        VmConfig.Builder machine = VmConfig.newBuilder()
                // Envoy (1.40) looks for a machine of this name before it has fetched the code, and goes on with the
                // one of the code before.
                .setVmId(plugin.id() + "/" + plugin.sha256())
                .setRuntime("envoy.wasm.runtime.v8")
                .setCode(AsyncDataSource.newBuilder()
                        .setRemote(RemoteDataSource.newBuilder()
                                .setHttpUri(HttpUri.newBuilder()
                                        .setUri(plugin.uri())
                                        .setCluster(plugin.cluster().name())
                                        .setTimeout(Protos.duration(FETCH_TIMEOUT)))
                                .setSha256(plugin.sha256())
                                .setRetryPolicy(RetryPolicy.newBuilder()
                                        .setNumRetries(Protos.uint32(FETCHES))
                                        .setRetryBackOff(BackoffStrategy.newBuilder()
                                                .setBaseInterval(Protos.duration(FIRST_PAUSE))
                                                .setMaxInterval(Protos.duration(LONGEST_PAUSE))))));
        if (!plugin.spec().hostKeys().isEmpty()) {
            machine.setEnvironmentVariables(EnvironmentVariables.newBuilder()
                    .addAllHostEnvKeys(plugin.spec().hostKeys()));
        }
        return Wasm.newBuilder()
                .setConfig(PluginConfig.newBuilder()
                        .setName(plugin.spec().name().orElse(plugin.id()))
                        .setRootId(plugin.spec().rootId().orElse(""))
                        .setVmConfig(machine)
                        .setConfiguration(Protos.any(StringValue.of(
                                plugin.spec().config().map(JsonText::of).orElse(""))))
                        .setFailOpen(plugin.spec().failOpen()))
                .build();
    }
}
