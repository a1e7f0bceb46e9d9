package dev.gatehouse.controller.kubernetes;

import dev.gatehouse.controller.infrastructure.KubernetesObject;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Writes the objects of fleets. Every call blocks on the API server. A call that fails now and may succeed later throws
 * a {@link KubernetesClientException}.
 */
interface FleetWriter {
    /** The API server or a rule of Gatehouse refuses an object. Trying again helps only after something else changes. */
    final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final String problem;

        Refused(String problem) {
            super(problem, null, false, false);
            this.problem = problem;
        }

        @Override
        public String getMessage() {
            return problem;
        }
    }

    /** Creates or updates {@code objects}, in their order. */
    void apply(String fleet, List<KubernetesObject> objects) throws Refused;

    /** Why the pods of {@code objects}, which have been applied, cannot be made; empty: they can, as far as the cluster has tried. */
    Optional<String> unmadePods(List<KubernetesObject> objects);

    /** Deletes the fleet's objects that are not among {@code objects}, which have been applied. */
    void deleteOthers(String fleet, List<KubernetesObject> objects);

    /** Deletes all of the fleet's objects, unless the API server has the Gateway or GatewayClass that they belong to. */
    void deleteIfGone(String fleet);

    /** The names of the fleets that have objects. */
    Set<String> existingFleets();
}
