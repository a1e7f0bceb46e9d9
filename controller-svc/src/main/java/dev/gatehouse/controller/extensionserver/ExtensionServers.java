package dev.gatehouse.controller.extensionserver;

import dev.gatehouse.gatewayapi.ExtensionObject;
import dev.gatehouse.gatewayapi.Kind;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The extension servers, in the order in which they are called. Each server gets the result of the server before it. */
public record ExtensionServers(List<ExtensionServer> servers) {
    public static final ExtensionServers NONE = new ExtensionServers(List.of());

    public ExtensionServers {
        servers = List.copyOf(servers);
    }

    public boolean isEmpty() {
        return servers.isEmpty();
    }

    /** The kinds of the servers' objects. */
    public List<Kind<ExtensionObject>> kinds() {
        return servers.stream().flatMap(ExtensionServer::kinds).distinct().toList();
    }

    /** The kinds that are policies. */
    public List<Kind<ExtensionObject>> policies() {
        return servers.stream()
                .flatMap(server -> server.policies().stream())
                .distinct()
                .toList();
    }

    /** The kind {@code kind}, if filters of routes can refer to its objects. */
    public Optional<Kind<ExtensionObject>> resource(String group, String kind) {
        return find(group, kind, ExtensionServer::resources);
    }

    /** The kind {@code kind}, if its objects can be backends. */
    public Optional<Kind<ExtensionObject>> backend(String group, String kind) {
        return find(group, kind, ExtensionServer::backends);
    }

    private Optional<Kind<ExtensionObject>> find(
            String group, String kind, Function<ExtensionServer, List<Kind<ExtensionObject>>> which) {
        return servers.stream()
                .flatMap(server -> which.apply(server).stream())
                .filter(each -> each.group().equals(group) && each.name().equals(kind))
                .findFirst();
    }
}
