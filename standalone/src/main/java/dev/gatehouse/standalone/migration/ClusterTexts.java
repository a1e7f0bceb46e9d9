package dev.gatehouse.standalone.migration;

import dev.gatehouse.standalone.imports.Report;
import dev.gatehouse.standalone.instance.KubeconfigOptions;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.util.List;

/** The objects of a cluster as texts, read once with the rights of whoever asks. */
final class ClusterTexts {
    private static final int NOT_FOUND = 404;

    private ClusterTexts() {}

    /**
     * A kind that is listed in all namespaces.
     *
     * @param versions the first that the cluster serves is read
     */
    record Listed(String group, List<String> versions, String kind, String plural, boolean namespaced) {
        Listed {
            versions = List.copyOf(versions);
        }

        /** A kind with one version. */
        Listed(String group, String version, String kind, String plural, boolean namespaced) {
            this(group, List.of(version), kind, plural, namespaced);
        }
    }

    /**
     * Reads objects of these kinds; a kind that the cluster does not have, or may not be listed, is told.
     *
     * @throws IOException the cluster does not answer
     */
    static void read(KubeconfigOptions kubeconfig, List<Listed> kinds, Manifests manifests, Report report)
            throws IOException {
        try (KubernetesClient client = kubeconfig.client()) {
            client.getKubernetesVersion();
            for (Listed kind : kinds) {
                for (String version : kind.versions()) {
                    if (read(client, kind, version, manifests, report)) {
                        break;
                    }
                }
            }
        } catch (KubernetesClientException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("the cluster cannot be asked: " + cause.getMessage(), e);
        }
    }

    /** Whether the cluster serves this version of the kind. */
    private static boolean read(
            KubernetesClient client, Listed kind, String version, Manifests manifests, Report report) {
        try {
            var all = client.genericKubernetesResources(new ResourceDefinitionContext.Builder()
                    .withGroup(kind.group())
                    .withVersion(version)
                    .withKind(kind.kind())
                    .withPlural(kind.plural())
                    .withNamespaced(kind.namespaced())
                    .build());
            for (GenericKubernetesResource each :
                    (kind.namespaced() ? all.inAnyNamespace() : all).list().getItems()) {
                each.setKind(kind.kind());
                each.setApiVersion(kind.group().isEmpty() ? version : kind.group() + "/" + version);
                each.getMetadata().setManagedFields(List.of());
                each.getAdditionalProperties().remove("status");
                manifests.read("cluster", Serialization.asJson(each), report);
            }
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() != NOT_FOUND) {
                String reason = "not read: " + e.getMessage();
                // What needs a Secret says itself that it is missing.
                report.add(
                        kind.plural() + " of the cluster",
                        kind.kind().equals("Secret")
                                ? new Report.Outcome.Differs(reason)
                                : new Report.Outcome.Gap(reason));
                return true;
            }
            return false;
        }
    }
}
