package dev.gatehouse.controller.extensionserver;

import dev.gatehouse.gatewayapi.ExtensionObject;
import dev.gatehouse.gatewayapi.Kind;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** The extension servers, in the order in which they are asked: each gets what the one before it made. */
public record ExtensionServers(List<ExtensionServer> servers) {
    public static final ExtensionServers NONE = new ExtensionServers(List.of());

    public ExtensionServers {
        servers = List.copyOf(servers);
    }

    public boolean isEmpty() {
        return servers.isEmpty();
    }

    /** The kinds that they bring. */
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

    /** The kind, where filters of routes can refer to its objects. */
    public Optional<Kind<ExtensionObject>> resource(String group, String kind) {
        return find(group, kind, ExtensionServer::resources);
    }

    /** The kind, where its objects can be backends. */
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
