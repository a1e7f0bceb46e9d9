package dev.gatehouse.gatewayapi.security;

import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.traffic.BackendSettings;
import dev.gatehouse.gatewayapi.traffic.LoadBalancer;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.ArrayList;
import java.util.List;

/**
 * The backends of a service that the proxy itself calls (Envoy Gateway's BackendCluster).
 *
 * @param settings the settings of connections and calls
 */
public record ServiceBackends(List<BackendReference> references, BackendSettings settings) {
    /** No backend. */
    static final ServiceBackends NONE = new ServiceBackends(List.of(), BackendSettings.NONE);

    public ServiceBackends {
        references = List.copyOf(references);
    }

    /** Reads the fields, which stand beside others of {@code f}. */
    public static ServiceBackends read(Fields f) {
        List<BackendReference> references =
                new ArrayList<>(f.list("backendRefs", 0, 16, BackendReference::readOfService));
        if (references.isEmpty()) {
            // The older field counts where the newer one says nothing.
            f.object("backendRef", BackendReference::read).ifPresent(references::add);
        } else {
            f.known("backendRef");
        }
        return new ServiceBackends(
                references, f.object("backendSettings", BackendSettings::read).orElse(BackendSettings.NONE));
    }

    /** Reads {@code backendRefs} alone, of a kind that has no settings for them. */
    public static ServiceBackends readReferences(Fields f) {
        return new ServiceBackends(f.list("backendRefs", 0, 16, BackendReference::readOfService), BackendSettings.NONE);
    }

    /** The fields at {@code place} that have no effect. */
    public List<String> passedOver(String place) {
        return settings.loadBalancer().map(LoadBalancer::unserved).orElse(List.of()).stream()
                .map(field -> place + ".backendSettings." + field)
                .toList();
    }
}
