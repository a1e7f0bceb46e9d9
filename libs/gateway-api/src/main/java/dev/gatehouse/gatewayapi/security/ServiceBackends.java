package dev.gatehouse.gatewayapi.security;

import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.ArrayList;
import java.util.List;

/**
 * The backends of a service that the proxy itself calls (Envoy Gateway's BackendCluster).
 *
 * @param settings true if there are {@code backendSettings}, which tune the connections and have no effect yet
 */
public record ServiceBackends(List<BackendReference> references, boolean settings) {
    public ServiceBackends {
        references = List.copyOf(references);
    }

    /** Reads the fields, which stand beside others of {@code f}. */
    static ServiceBackends read(Fields f) {
        List<BackendReference> references =
                new ArrayList<>(f.list("backendRefs", 0, 16, BackendReference::readWeighted));
        if (references.isEmpty()) {
            // The older field counts where the newer one says nothing.
            f.object("backendRef", BackendReference::read).ifPresent(references::add);
        } else {
            f.known("backendRef");
        }
        f.passOver("backendSettings", "is not served and has no effect");
        return new ServiceBackends(references, f.has("backendSettings"));
    }

    List<String> passedOver(String place) {
        return settings ? List.of(place + ".backendSettings") : List.of();
    }
}
