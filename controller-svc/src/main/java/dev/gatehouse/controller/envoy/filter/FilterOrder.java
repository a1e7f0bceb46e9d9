package dev.gatehouse.controller.envoy.filter;

import dev.gatehouse.gatewayapi.EnvoyProxySpec.FilterPosition;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.ArrayList;
import java.util.List;

/** Moves HTTP filters to the positions that an EnvoyProxy specifies. A position of a missing filter is ignored. */
public final class FilterOrder {
    private FilterOrder() {}

    /** Applies {@code positions} one after the other. The router stays the last filter. */
    public static List<HttpFilter> apply(List<HttpFilter> filters, List<FilterPosition> positions) {
        List<HttpFilter> ordered = new ArrayList<>(filters);
        for (FilterPosition position : positions) {
            if (position.name().equals(RouterFilter.NAME) || position.name().equals(position.anchor())) {
                continue;
            }
            List<HttpFilter> moved = ordered.stream()
                    .filter(filter -> is(filter, position.name()))
                    .toList();
            List<HttpFilter> rest = new ArrayList<>(ordered);
            rest.removeAll(moved);
            int at = -1;
            for (int i = 0; i < rest.size(); i++) {
                if (is(rest.get(i), position.anchor()) && (at < 0 || !position.before())) {
                    at = position.before() ? i : i + 1;
                }
            }
            boolean behindRouter = at == rest.size();
            if (at >= 0 && !behindRouter) {
                rest.addAll(at, moved);
                ordered = rest;
            }
        }
        return ordered;
    }

    /** Puts the filter {@code name} right behind {@code anchor}, wherever that was moved. */
    static List<HttpFilter> behind(String anchor, String name, List<HttpFilter> filters) {
        List<HttpFilter> ordered = new ArrayList<>();
        for (HttpFilter filter : filters) {
            if (!filter.getName().equals(name)) {
                ordered.add(filter);
            }
            if (filter.getName().equals(anchor)) {
                filters.stream().filter(each -> each.getName().equals(name)).forEach(ordered::add);
            }
        }
        return ordered;
    }

    /**
     * Whether {@code name} means the filter: "envoy.filters.http.ext_proc" means each filter of that kind, such as
     * "envoy.filters.http.ext_proc/waf".
     */
    private static boolean is(HttpFilter filter, String name) {
        return filter.getName().equals(name) || filter.getName().startsWith(name + "/");
    }
}
