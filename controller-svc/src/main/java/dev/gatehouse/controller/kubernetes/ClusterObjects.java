package dev.gatehouse.controller.kubernetes;

import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.ResourceReader.Reading;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * The present objects of a cluster, for commands: read once, with the rights of the user who runs the command.
 *
 * @param changes the readable and the unreadable objects
 * @param unread the kinds that could not be listed, such as "secrets: forbidden"
 */
public record ClusterObjects(List<Change> changes, List<String> unread) {
    public ClusterObjects {
        changes = List.copyOf(changes);
        unread = List.copyOf(unread);
    }

    /**
     * Lists every kind that the API server serves.
     *
     * @param more kinds in addition to Gatehouse's own
     * @throws KubernetesClientException the API server does not answer
     */
    public static ClusterObjects read(KubernetesClient client, List<? extends Kind<?>> more) {
        List<Change> changes = new ArrayList<>();
        List<String> unread = visit(client, more, (kind, object) -> changes.add(change(kind, object)));
        return new ClusterObjects(changes, unread);
    }

    /**
     * Lists every kind that the API server serves, and passes each object on as the API server returns it.
     *
     * @param more kinds besides Gatehouse's own
     * @return the kinds that could not be listed, such as "secrets: forbidden"
     * @throws KubernetesClientException the API server does not answer
     */
    public static List<String> visit(
            KubernetesClient client,
            List<? extends Kind<?>> more,
            BiConsumer<Kind<?>, GenericKubernetesResource> visitor) {
        List<Kind<?>> kinds =
                Stream.<Kind<?>>concat(Kinds.ALL.stream(), more.stream()).toList();
        List<String> unread = new ArrayList<>();
        new Discovery(client, kinds).served().values().forEach(served -> {
            try {
                var all = client.genericKubernetesResources(served.context());
                (served.kind().namespaced() ? all.inAnyNamespace() : all)
                        .list()
                        .getItems()
                        .forEach(object -> visitor.accept(served.kind(), object));
            } catch (KubernetesClientException e) {
                unread.add(served + ": " + e.getMessage());
            }
        });
        return unread;
    }

    private static Change change(Kind<?> kind, GenericKubernetesResource object) {
        return switch (ResourceReader.read(kind, ObjectTree.of(kind, object))) {
            case Reading.Readable<?> readable -> new Change.Put(kind, readable.resource());
            case Reading.Broken<?> broken -> new Change.Broken(kind, broken.object());
        };
    }
}
