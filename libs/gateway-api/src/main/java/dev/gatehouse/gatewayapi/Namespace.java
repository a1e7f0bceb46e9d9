package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;

/** Kubernetes' Namespace. Gatehouse uses only its labels, which are metadata. */
public record Namespace() {
    static Namespace read(Fields f) {
        f.lenient();
        return new Namespace();
    }
}
