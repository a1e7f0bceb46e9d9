package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.Message;
import com.google.protobuf.StringValue;
import dev.gatehouse.controller.backend.ClusterSpec;
import dev.gatehouse.controller.extension.Extensions;
import dev.gatehouse.controller.extension.Extensions.Module;
import dev.gatehouse.controller.proto.Protos;
import dev.gatehouse.gatewayapi.extension.ModuleRegistration.Source;
import dev.gatehouse.gatewayapi.yaml.JsonText;
import io.envoyproxy.envoy.config.core.v3.AsyncDataSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.HttpUri;
import io.envoyproxy.envoy.config.core.v3.RemoteDataSource;
import io.envoyproxy.envoy.extensions.dynamic_modules.v3.DynamicModuleConfig;
import io.envoyproxy.envoy.extensions.filters.http.dynamic_modules.v3.DynamicModuleFilter;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs the dynamic modules of EnvoyExtensionPolicies, by Envoy's filter {@code dynamic_modules}. A listener has a
 * filter for each module in use, which routes enable. {@code terminal_filter} is never set: Envoy refuses a listener where
 * another filter follows a terminal one, and the filters of other routes follow each module. A module answers requests
 * itself without the flag, too.
 */
final class ModuleFilter implements ChainFilter {
    private static final String NAME = "envoy.filters.http.dynamic_modules/extension-";
    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(10);

    /**
     * The number of {@code DynamicModuleConfig.module}, which Envoy 1.40 has and the generated classes of its API do not have yet.
     */
    private static final int MODULE = 6;

    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return chain.needs().extensions().sortedModules().stream()
                .map(filter -> chain.forPolicies(filter.name(), filter.config()))
                .toList();
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        Map<String, Message> config = new HashMap<>();
        filters(route.policies().extensions().map(Extensions::modules).orElse(List.of()))
                .forEach(filter -> config.put(filter.name(), SkippedFilter.passed()));
        return config;
    }

    /** The filter of each of a policy's modules. */
    static List<PlacedFilter> filters(List<Module> modules) {
        return PlacedFilter.all(NAME, modules, ModuleFilter::filter);
    }

    private static DynamicModuleFilter filter(Module module) {
        AsyncDataSource source = switch (module.registration().source()) {
            case Source.Local local ->
                AsyncDataSource.newBuilder()
                        .setLocal(DataSource.newBuilder().setFilename(local.path()))
                        .build();
            case Source.Remote remote ->
                AsyncDataSource.newBuilder()
                        .setRemote(RemoteDataSource.newBuilder()
                                .setHttpUri(HttpUri.newBuilder()
                                        .setUri(remote.url())
                                        .setCluster(module.cluster()
                                                .map(ClusterSpec::name)
                                                .orElse(""))
                                        .setTimeout(Protos.duration(FETCH_TIMEOUT)))
                                .setSha256(remote.sha256()))
                        .build();
        };
        DynamicModuleFilter.Builder filter = DynamicModuleFilter.newBuilder()
                .setDynamicModuleConfig(DynamicModuleConfig.newBuilder()
                        // Envoy 1.40 uses the source and ignores the name. The name is set for the API's older
                        // validation rules, which require it.
                        .setName(module.registration().name())
                        .setDoNotClose(module.registration().doNotClose())
                        .setLoadGlobally(module.registration().loadGlobally())
                        .setUnknownFields(Protos.newer(MODULE, source.toByteString())))
                .setFilterName(module.spec().filter());
        module.spec()
                .config()
                .ifPresent(config -> filter.setFilterConfig(Protos.any(StringValue.of(JsonText.of(config)))));
        return filter.build();
    }
}
