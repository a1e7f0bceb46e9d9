package dev.gatehouse.controller.kubernetes;

import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.util.Optional;
import java.util.function.Supplier;

/** The Lease of an election on the cluster. Thread-safe. */
record ClusterLease(KubernetesClient client, String namespace, String name) implements LeaseElection.Store {
    private static final int CONFLICT = 409;

    @Override
    public Optional<LeaseElection.Found> read() {
        return Optional.ofNullable(lease().get())
                .map(found -> new LeaseElection.Found(found.getMetadata().getResourceVersion(), spec(found)));
    }

    @Override
    public Optional<LeaseSpec> create(LeaseSpec spec) {
        return unlessChanged(() -> client.resource(lease("", spec)).create());
    }

    @Override
    public Optional<LeaseSpec> replace(LeaseElection.Found found, LeaseSpec spec) {
        return unlessChanged(() -> client.resource(lease(found.version(), spec)).update());
    }

    private Optional<LeaseSpec> unlessChanged(Supplier<Lease> write) {
        try {
            return Optional.of(spec(write.get()));
        } catch (KubernetesClientException e) {
            if (e.getCode() == CONFLICT) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private Resource<Lease> lease() {
        return client.leases().inNamespace(namespace).withName(name);
    }

    private Lease lease(String version, LeaseSpec spec) {
        return new LeaseBuilder()
                .withNewMetadata()
                .withNamespace(namespace)
                .withName(name)
                .withResourceVersion(version.isEmpty() ? null : version)
                .endMetadata()
                .withSpec(spec)
                .build();
    }

    private static LeaseSpec spec(Lease lease) {
        return lease.getSpec() == null ? new LeaseSpec() : lease.getSpec();
    }
}
