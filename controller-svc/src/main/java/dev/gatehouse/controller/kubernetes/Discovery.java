package dev.gatehouse.controller.kubernetes;

import dev.gatehouse.gatewayapi.Kind;
import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.GroupVersionForDiscovery;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the kinds and versions that the API server serves. CRDs may be missing, be added or removed, or be of an older
 * release. It uses the discovery API, which every service account may call, and whose answers are small, whereas the
 * CRDs themselves are megabytes.
 */
final class Discovery {
    private final KubernetesClient client;

    private final List<Kind<?>> kinds;

    /** @param kinds the kinds to look for */
    Discovery(KubernetesClient client, List<Kind<?>> kinds) {
        this.client = client;
        this.kinds = List.copyOf(kinds);
    }

    /** The served kinds; throws KubernetesClientException if the API server does not answer. */
    Map<Kind<?>, ServedKind> served() {
        Map<Kind<?>, ServedKind> served = new HashMap<>();
        Map<String, List<Kind<?>>> byGroup = kinds.stream().collect(Collectors.groupingBy(Kind::group));
        byGroup.forEach((group, each) -> {
            if (group.isEmpty()) {
                find(each, "v1", "v1", served);
                return;
            }
            APIGroup found = client.getApiGroup(group);
            Set<String> versions = found == null
                    ? Set.of()
                    : found.getVersions().stream()
                            .map(GroupVersionForDiscovery::getVersion)
                            .collect(Collectors.toSet());
            for (String version : versions) {
                find(each, version, group + "/" + version, served);
            }
        });
        return served;
    }

    private void find(List<Kind<?>> wanted, String version, String groupVersion, Map<Kind<?>, ServedKind> served) {
        if (wanted.stream().noneMatch(kind -> kind.versions().contains(version))) {
            return;
        }
        APIResourceList resources = client.getApiResources(groupVersion);
        if (resources == null) {
            return;
        }
        for (APIResource resource : resources.getResources()) {
            if (resource.getName().contains("/")) {
                continue;
            }
            for (Kind<?> kind : wanted) {
                if (kind.name().equals(resource.getKind()) && kind.versions().contains(version)) {
                    served.merge(kind, new ServedKind(kind, version, resource.getName()), Discovery::preferred);
                }
            }
        }
    }

    private static ServedKind preferred(ServedKind a, ServedKind b) {
        List<String> versions = a.kind().versions();
        return versions.indexOf(a.version()) <= versions.indexOf(b.version()) ? a : b;
    }
}
