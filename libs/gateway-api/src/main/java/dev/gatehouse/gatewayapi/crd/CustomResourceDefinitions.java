package dev.gatehouse.gatewayapi.crd;

import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * CustomResourceDefinitions as YAML. Their schemas keep every field: the API server would drop one that it does not know without
 * a word, and an Envoy Gateway object may have one that Gatehouse does not know yet. The controller reads strictly instead, and
 * says in the object's status which field it does not know and what it expected.
 */
public final class CustomResourceDefinitions {
    private static final Set<String> GROUPS = Set.of(Kinds.ENVOY_GATEWAY_GROUP, Kinds.GATEHOUSE_GROUP);

    /** What people type; Envoy Gateway's. */
    private static final Map<String, String> SHORT_NAMES = Map.of(
            "EnvoyProxy", "eproxy",
            "Backend", "be",
            "BackendTrafficPolicy", "btp",
            "SecurityPolicy", "sp",
            "HTTPRouteFilter", "hrf",
            "WAFPolicy", "wafp");

    private CustomResourceDefinitions() {}

    /** The kinds that have one. */
    public static List<Kind<?>> kinds() {
        return Kinds.ALL.stream().filter(kind -> GROUPS.contains(kind.group())).toList();
    }

    /** "envoyproxies.gateway.envoyproxy.io". */
    public static String name(Kind<?> kind) {
        return plural(kind) + "." + kind.group();
    }

    /** The definition of {@code kind}, a YAML document. */
    public static String yaml(Kind<?> kind) {
        StringBuilder versions = new StringBuilder();
        for (String version : kind.versions()) {
            versions.append("""
                - name: %s
                  served: true
                  storage: %s
                  subresources:
                    status: {}
                  additionalPrinterColumns:
                  - name: Age
                    type: date
                    jsonPath: .metadata.creationTimestamp
                  schema:
                    openAPIV3Schema:
                      description: %s
                      type: object
                      required: [spec]
                      properties:
                        apiVersion:
                          type: string
                        kind:
                          type: string
                        metadata:
                          type: object
                        spec:
                          type: object
                          x-kubernetes-preserve-unknown-fields: true
                        status:
                          type: object
                          x-kubernetes-preserve-unknown-fields: true
                """.indent(2).formatted(
                    version,
                    version.equals(kind.versions().getFirst()),
                    kind.name() + " of " + kind.group()
                            + "; the controller checks spec and says in status what is wrong with it."));
        }
        return """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata:
              name: %s
            spec:
              group: %s
              scope: %s
              names:
                kind: %s
                listKind: %sList
                plural: %s
                singular: %s
                shortNames: [%s]
                categories: [gatehouse]
              versions:
            """.formatted(
                        name(kind),
                        kind.group(),
                        kind.namespaced() ? "Namespaced" : "Cluster",
                        kind.name(),
                        kind.name(),
                        plural(kind),
                        kind.name().toLowerCase(Locale.ROOT),
                        SHORT_NAMES.getOrDefault(kind.name(), kind.name().toLowerCase(Locale.ROOT)))
                + versions;
    }

    private static String plural(Kind<?> kind) {
        String singular = kind.name().toLowerCase(Locale.ROOT);
        if (singular.endsWith("y")) {
            return singular.substring(0, singular.length() - 1) + "ies";
        }
        return singular + (singular.endsWith("x") ? "es" : "s");
    }
}
