package dev.gatehouse.gatewayapi;

import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Finds the key of CA certificates in a ConfigMap or Secret, in the same way as Envoy Gateway. */
final class CaKey {
    private CaKey() {}

    static Optional<String> of(Set<String> keys) {
        return Stream.of("ca.crt", "tls.crt")
                .filter(keys::contains)
                .findFirst()
                .or(() -> keys.stream().filter(_ -> keys.size() == 1).findFirst());
    }
}
