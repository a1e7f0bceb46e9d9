package dev.gatehouse.controller.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The namespaces whose objects are followed.
 *
 * @param own the controller's namespace, which is always followed
 * @param names the followed namespaces; an empty list without a selector: all namespaces
 * @param selector selects namespaces by their labels, in the syntax of Kubernetes' API
 */
public record WatchedNamespaces(String own, List<String> names, Optional<String> selector) {
    public WatchedNamespaces {
        names = List.copyOf(names);
    }

    /** Every namespace. */
    public static WatchedNamespaces all(String own) {
        return new WatchedNamespaces(own, List.of(), Optional.empty());
    }

    /** The present namespaces, sorted; an empty list: all. Throws KubernetesClientException if the API server does not answer. */
    List<String> now(KubernetesClient client) {
        if (selector.isEmpty()) {
            return names.isEmpty()
                    ? List.of()
                    : Stream.concat(names.stream(), Stream.of(own))
                            .distinct()
                            .sorted()
                            .toList();
        }
        return Stream.concat(
                        client.namespaces().withLabelSelector(selector.get()).list().getItems().stream()
                                .map(namespace -> namespace.getMetadata().getName()),
                        Stream.of(own))
                .distinct()
                .sorted()
                .toList();
    }
}
