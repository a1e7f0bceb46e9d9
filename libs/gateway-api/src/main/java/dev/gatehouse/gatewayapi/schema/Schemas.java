package dev.gatehouse.gatewayapi.schema;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The schemas of Envoy Gateway's kinds. */
public final class Schemas {
    private static final String ENVOY_PROXY = "EnvoyProxy";
    private static final List<String> KINDS = List.of(
            "Backend",
            "BackendTrafficPolicy",
            "ClientTrafficPolicy",
            "EnvoyExtensionPolicy",
            "EnvoyPatchPolicy",
            "EnvoyProxy",
            "HTTPRouteFilter",
            "SecurityPolicy");

    private Schemas() {}

    /** The schemas are read when the first of them is used. */
    private static final class Policies {
        static final Map<String, KindSchema> ALL = read();

        private Policies() {}

        private static Map<String, KindSchema> read() {
            SchemaFiles files = shared();
            Map<String, KindSchema> all = new HashMap<>();
            for (String kind : KINDS) {
                if (!kind.equals(ENVOY_PROXY)) {
                    all.put(kind, files.kind(files.load(kind)));
                }
            }
            return Map.copyOf(all);
        }
    }

    /** By itself: it has a good part of Kubernetes' API inside. */
    private static final class Proxy {
        static final KindSchema SCHEMA = read();

        private Proxy() {}

        private static KindSchema read() {
            SchemaFiles files = shared();
            files.load("kubernetes");
            return files.kind(files.load(ENVOY_PROXY));
        }
    }

    private static SchemaFiles shared() {
        SchemaFiles files = new SchemaFiles();
        files.load("gateway-api");
        files.load("shared");
        return files;
    }

    /** The schema of a kind of Envoy Gateway's group; empty: there is none. */
    public static Optional<KindSchema> find(String kind) {
        return kind.equals(ENVOY_PROXY)
                ? Optional.of(Proxy.SCHEMA)
                : KINDS.contains(kind) ? Optional.ofNullable(Policies.ALL.get(kind)) : Optional.empty();
    }

    /** The kinds that have a schema. */
    public static List<String> kinds() {
        return KINDS;
    }
}
