package dev.gatehouse.xds.stream;

import dev.gatehouse.envoyapi.TypeUrls;

/**
 * The place of a type in make-before-break: additions and updates go out in this order, each after those before it are
 * acknowledged. See Envoy's "xDS REST and gRPC protocol", section "Eventual consistency considerations".
 */
enum TypeOrder {
    /** Nothing refers to it: goes out at once. */
    INDEPENDENT,
    /** Secrets and filter configurations: clusters and listeners refer to them. */
    FOUNDATION,
    CLUSTER,
    ENDPOINTS,
    LISTENER,
    ROUTES,
    /** The virtual hosts of route tables. */
    VIRTUAL_HOSTS;

    static TypeOrder of(String typeUrl) {
        return switch (typeUrl) {
            case TypeUrls.SECRET, TypeUrls.EXTENSION_CONFIG -> FOUNDATION;
            case TypeUrls.CLUSTER -> CLUSTER;
            case TypeUrls.ENDPOINTS -> ENDPOINTS;
            case TypeUrls.LISTENER -> LISTENER;
            case TypeUrls.ROUTES, TypeUrls.SCOPED_ROUTES -> ROUTES;
            case TypeUrls.VIRTUAL_HOST -> VIRTUAL_HOSTS;
            default -> INDEPENDENT;
        };
    }

    /** True for types that are always subscribed to by name: naming none is no subscription, and a push may be partial. */
    static boolean named(String typeUrl) {
        return switch (typeUrl) {
            case TypeUrls.ENDPOINTS, TypeUrls.ROUTES, TypeUrls.SECRET, TypeUrls.EXTENSION_CONFIG -> true;
            default -> false;
        };
    }

    /** True where a removal waits until nothing refers to the resource any more. */
    boolean removedLast() {
        return this == FOUNDATION || this == CLUSTER || this == ENDPOINTS;
    }
}
