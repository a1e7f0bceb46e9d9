package dev.gatehouse.gatewayapi.crd;

import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * CustomResourceDefinitions as YAML, with schemas of what the kinds' readers ask for.
 *
 * <p>Those of Envoy Gateway's kinds say the types of the fields and no more, and keep what they do not know: the API server
 * would drop a field that it does not know without a word, which may be what keeps somebody out, and would refuse an object of
 * Envoy Gateway's that asks for something which is not served yet. The controller reads strictly instead, and says in the
 * object's status which field it does not know and what it expected.
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

    /** The kinds that have one here; those that are not served come with Envoy Gateway's, if at all. */
    public static List<Kind<?>> kinds() {
        return Kinds.ALL.stream()
                .filter(kind -> GROUPS.contains(kind.group()) && !Kinds.UNSERVED.contains(kind))
                .toList();
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
            versions.append(
                    new OpenApiSchema(strict(kind), kind.name()).yaml(kind).indent(8));
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

    private static boolean strict(Kind<?> kind) {
        return kind.group().equals(Kinds.GATEHOUSE_GROUP);
    }

    private static String plural(Kind<?> kind) {
        String singular = kind.name().toLowerCase(Locale.ROOT);
        if (singular.endsWith("y")) {
            return singular.substring(0, singular.length() - 1) + "ies";
        }
        return singular + (singular.endsWith("x") ? "es" : "s");
    }
}
