package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Optional;

/**
 * A backend of a rule (HTTPBackendRef, GRPCBackendRef, BackendRef) or a mirror's.
 *
 * @param weight 1 by default; a backend of weight 0 gets no traffic
 * @param filters the filters of requests to this backend
 * @param standBy true if the reference marks the backend as a stand-by for the others
 */
public record BackendReference(
        String group,
        String kind,
        Optional<String> namespace,
        String name,
        Optional<Integer> port,
        int weight,
        List<RouteFilter> filters,
        boolean standBy) {
    public static BackendReference read(Fields f) {
        return read(f, 1, List.of(), false);
    }

    /** A backend of a service that the proxies call themselves (Envoy Gateway's BackendRef). */
    public static BackendReference readOfService(Fields f) {
        return read(
                f,
                f.integer("weight", 0, 1_000_000).orElse(1),
                List.of(),
                f.bool("fallback").orElse(false));
    }

    static BackendReference readWeighted(Fields f) {
        return read(f, f.integer("weight", 0, 1_000_000).orElse(1), List.of(), false);
    }

    static BackendReference readHttp(Fields f) {
        return read(
                f, f.integer("weight", 0, 1_000_000).orElse(1), f.list("filters", 0, 16, RouteFilter::readHttp), false);
    }

    static BackendReference readGrpc(Fields f) {
        return read(
                f, f.integer("weight", 0, 1_000_000).orElse(1), f.list("filters", 0, 16, RouteFilter::readGrpc), false);
    }

    private static BackendReference read(Fields f, int weight, List<RouteFilter> filters, boolean standBy) {
        String group = f.string("group").orElse("");
        String kind = f.string("kind").orElse("Service");
        BackendReference reference = new BackendReference(
                // The core API has no Backend: Envoy Gateway takes its own, and its documentation leaves the group out.
                group.isEmpty() && kind.equals(Kinds.BACKEND.name()) ? Kinds.ENVOY_GATEWAY_GROUP : group,
                kind,
                f.string("namespace"),
                f.requiredString("name"),
                f.port("port"),
                weight,
                filters,
                standBy);
        if (reference.isService() && !f.has("port")) {
            f.wrong("port", "is missing (expected: the port of Service \"" + reference.name + "\")");
        }
        return reference;
    }

    /** True for a Kubernetes Service. */
    public boolean isService() {
        return group.isEmpty() && kind.equals("Service");
    }

    /** The backend, as seen from an object in {@code from}. */
    public ObjectRef ref(String from) {
        return new ObjectRef(kind, namespace.orElse(from), name);
    }

    /** The backend's name, as seen from an object in {@code from}. */
    public ObjectKey key(String from) {
        return new ObjectKey(namespace.orElse(from), name);
    }
}
