package dev.gatehouse.gatewayapi;

import dev.gatehouse.gatewayapi.yaml.Fields;

/** Kubernetes' Namespace: only its labels matter, and these are metadata. */
public record Namespace() {
    static Namespace read(Fields f) {
        f.lenient();
        return new Namespace();
    }
}
