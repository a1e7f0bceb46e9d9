package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;

/** Kubernetes' Node, with the addresses at which clients reach a Service of type NodePort. */
public record ClusterNode(List<Address> addresses) {
    public ClusterNode {
        addresses = List.copyOf(addresses);
    }

    /** @param type "InternalIP", "ExternalIP", "Hostname" and others */
    public record Address(String type, String address) {
        static Address read(Fields f) {
            return new Address(f.requiredString("type"), f.requiredString("address"));
        }
    }

    static ClusterNode read(Fields f) {
        f.lenient();
        return new ClusterNode(f.object("status", status -> status.lenient().list("addresses", Address::read))
                .orElse(List.of()));
    }
}
