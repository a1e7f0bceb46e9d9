package dev.gatehouse.controller.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The namespaces whose objects are followed.
 *
 * @param own the controller's, which is always among them
 * @param names those that are named; none, and no selector: all
 * @param selector of namespaces by their labels, as Kubernetes' API takes it
 */
public record WatchedNamespaces(String own, List<String> names, Optional<String> selector) {
    public WatchedNamespaces {
        names = List.copyOf(names);
    }

    /** Every namespace. */
    public static WatchedNamespaces all(String own) {
        return new WatchedNamespaces(own, List.of(), Optional.empty());
    }

    /** The namespaces at this time, sorted; none: all. Throws KubernetesClientException where the API server does not answer. */
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
