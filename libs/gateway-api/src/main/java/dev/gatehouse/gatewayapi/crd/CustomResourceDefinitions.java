package dev.gatehouse.gatewayapi.crd;

import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Makes CustomResourceDefinitions as YAML: for Envoy Gateway's kinds from their schemas, for Gatehouse's own kinds from
 * their readers.
 *
 * <p>An API server refuses what these say is wrong, and drops a field that it does not know; kubectl refuses such a
 * field before. What is right and not served yet is let in: the kind's reader says in the object's status that it is
 * not.
 */
public final class CustomResourceDefinitions {
    private static final Set<String> GROUPS = Set.of(Kinds.ENVOY_GATEWAY_GROUP, Kinds.GATEHOUSE_GROUP);

    /** What people type; Envoy Gateway's. */
    private static final Map<String, String> SHORT_NAMES = Map.ofEntries(
            Map.entry("EnvoyProxy", "eproxy"),
            Map.entry("Backend", "be"),
            Map.entry("BackendTrafficPolicy", "btp"),
            Map.entry("SecurityPolicy", "sp"),
            Map.entry("ClientTrafficPolicy", "ctp"),
            Map.entry("EnvoyExtensionPolicy", "eep"),
            Map.entry("EnvoyPatchPolicy", "epp"),
            Map.entry("HTTPRouteFilter", "hrf"),
            Map.entry("WAFPolicy", "wafp"),
            Map.entry("SSOPolicy", "ssop"),
            Map.entry("AccessPolicy", "acp"));

    private CustomResourceDefinitions() {}

    /** The kinds that have one here. */
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
                """.indent(2)
                    .formatted(version, version.equals(kind.versions().getFirst())));
            PrinterColumns.of(kind).forEach(column -> versions.append(column.indent(4)));
            versions.append("    schema:\n      openAPIV3Schema:\n");
            versions.append(schema(kind).indent(8));
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

    private static String schema(Kind<?> kind) {
        return kind.schema().map(StructuralSchema::yaml).orElseGet(() -> new OpenApiSchema(kind.name()).yaml(kind));
    }

    private static String plural(Kind<?> kind) {
        String singular = kind.name().toLowerCase(Locale.ROOT);
        if (singular.endsWith("y")) {
            return singular.substring(0, singular.length() - 1) + "ies";
        }
        return singular + (singular.endsWith("x") ? "es" : "s");
    }
}
