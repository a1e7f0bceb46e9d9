package dev.gatehouse.controller.envoy.filter;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Struct;
import com.google.protobuf.util.JsonFormat;
import dev.gatehouse.controller.extension.Extensions;
import dev.gatehouse.controller.extension.Extensions.Script;
import dev.gatehouse.gatewayapi.yaml.JsonText;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.extensions.filters.http.lua.v3.Lua;
import io.envoyproxy.envoy.extensions.filters.http.lua.v3.LuaPerRoute;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Runs the scripts of EnvoyExtensionPolicies, by Envoy's filter {@code lua}. A script is in its route's configuration,
 * so that a script that Envoy cannot load affects only that route. A listener has as many filters as the largest number
 * of scripts of a route, and scripts run in the policy's order.
 */
final class LuaFilter implements ChainFilter {
    @Override
    public List<HttpFilter> onListener(ChainContext chain) {
        return IntStream.range(0, chain.needs().extensions().scripts())
                .mapToObj(place -> chain.forPolicies(name(place), Lua.getDefaultInstance()))
                .toList();
    }

    @Override
    public Map<String, Message> switchedOff(FilterNeeds needs) {
        Map<String, Message> off = new HashMap<>();
        for (int place = 0; place < needs.extensions().scripts(); place++) {
            off.put(name(place), LuaPerRoute.newBuilder().setDisabled(true).build());
        }
        return off;
    }

    @Override
    public Map<String, Message> onRoute(RouteContext route) {
        List<Script> scripts =
                route.policies().extensions().map(Extensions::scripts).orElse(List.of());
        Map<String, Message> config = new HashMap<>();
        for (int place = 0; place < scripts.size(); place++) {
            config.put(name(place), running(scripts.get(place)));
        }
        return config;
    }

    /** The name of the filter for the scripts at {@code place}. */
    static String name(int place) {
        return "envoy.filters.http.lua/" + place;
    }

    private static LuaPerRoute running(Script script) {
        LuaPerRoute.Builder route =
                LuaPerRoute.newBuilder().setSourceCode(DataSource.newBuilder().setInlineString(script.code()));
        if (!script.context().isEmpty()) {
            route.setFilterContext(struct(script.context()));
        }
        return route.build();
    }

    private static Struct struct(Map<String, Object> tree) {
        try {
            Struct.Builder struct = Struct.newBuilder();
            JsonFormat.parser().merge(JsonText.of(tree), struct);
            return struct.build();
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a tree has JSON's values only: " + tree, e);
        }
    }
}
