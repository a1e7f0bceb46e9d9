package dev.gatehouse.controller.infrastructure;

import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.merge.PatchFailure;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The settings of an EnvoyProxy that decide how a proxy is started as a process on this host: its bootstrap and its
 * arguments. A pod of a cluster is started with the same settings ({@link ProxyPod}).
 */
public record HostProxy(EnvoyProxySpec settings) {
    /** Without an EnvoyProxy. */
    public static final HostProxy DEFAULT = new HostProxy(EnvoyProxySpec.DEFAULT);

    /** An admin page as pods have it, which a change may be made for: another kind of address could not be merged with one. */
    private static final Map<String, Object> POD_ADMIN = Map.of(
            "address",
            Map.of("socket_address", Map.of("address", "127.0.0.1", "port_value", ProxyBootstrap.ADMIN_PORT)));

    /**
     * The bootstrap {@code base} with the metrics and the {@code bootstrap} of the EnvoyProxy. The admin page, the node's
     * id and the node's cluster stay those of {@code base}: Gatehouse finds the process by them.
     *
     * @param base a bootstrap, as JSON
     * @throws PatchFailure if the change cannot be applied, or would disconnect the proxy from xds-svc
     */
    public String bootstrap(String base) throws PatchFailure {
        Map<String, Object> tree = withMetrics(new JsonObject(base).getMap());
        if (settings.bootstrap().isEmpty()) {
            return new JsonObject(tree).encode();
        }
        Map<String, Object> changeable = new LinkedHashMap<>(tree);
        changeable.put("admin", POD_ADMIN);
        Map<String, Object> changed =
                new LinkedHashMap<>(new ChangedBootstrap(changeable, ChangedBootstrap.usualNames("cluster.local"))
                        .tree(settings.bootstrap().get()));
        changed.put("admin", tree.get("admin"));
        Map<String, Object> node = fields(changed.get("node"));
        node.putAll(fields(tree.get("node")));
        changed.put("node", node);
        return new JsonObject(changed).encode();
    }

    private Map<String, Object> withMetrics(Map<String, Object> base) {
        Map<String, Object> tree = new LinkedHashMap<>(base);
        Map<String, Object> resources = new LinkedHashMap<>();
        // JSON patches add to this list.
        resources.put("listeners", List.of());
        resources.putAll(fields(base.get("static_resources")));
        List<Object> clusters = items(resources.get("clusters"));
        ProxyBootstrap.putMetrics(tree, clusters, settings.telemetry().metrics());
        resources.put("clusters", clusters);
        tree.put("static_resources", resources);
        return tree;
    }

    private static Map<String, Object> fields(@Nullable Object value) {
        Map<String, Object> fields = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> map) {
            map.forEach((name, each) -> fields.put(String.valueOf(name), each));
        }
        return fields;
    }

    private static List<Object> items(@Nullable Object value) {
        return value instanceof List<?> list ? new ArrayList<>(list) : new ArrayList<>();
    }

    /** The number of worker threads; empty: one for each processor. */
    public Optional<Integer> concurrency() {
        return settings.concurrency();
    }

    /** The log level of all components without one of their own. */
    public Optional<String> logLevel() {
        return Optional.ofNullable(settings.logLevels().get("default"));
    }

    /** The value of {@code --component-log-level}. */
    public String componentLogLevels() {
        String components = new TreeMap<>(settings.logLevels())
                .entrySet().stream()
                        .filter(level -> !level.getKey().equals("default"))
                        .map(level -> level.getKey() + ":" + level.getValue())
                        .collect(Collectors.joining(","));
        return components.isEmpty() ? "misc:error" : components;
    }

    /** How long connections may stay open when the proxy ends. */
    public Optional<Duration> drainTimeout() {
        return settings.shutdown().drainTimeout();
    }

    /** The arguments that the EnvoyProxy adds. */
    public List<String> extraArguments() {
        return settings.extraArgs();
    }
}
