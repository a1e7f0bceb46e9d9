package dev.gatehouse.gatewayapi.schema;

import dev.gatehouse.gatewayapi.yaml.Node;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** Checks that have their own code, beside the CEL that says the same. */
enum NamedCheck {
    /** The events of a health check's log must contain an event of failure and an event of recovery together, or neither. */
    failuresWithSuccesses(
            "self.exists(event, event in ['Failure', 'FailureSeriesStart'])"
                    + " == self.exists(event, event in ['Success', 'HealthyTransition'])",
            "Failure or FailureSeriesStart must stand together with Success or HealthyTransition",
            events -> hasText(events, List.of("Failure", "FailureSeriesStart"))
                    == hasText(events, List.of("Success", "HealthyTransition"))),

    /** Of TLS settings: without a {@code minVersion} it is 1.2. */
    tlsVersionsInOrder(
            "!has(self.maxVersion) || self.maxVersion == 'Auto' || (has(self.minVersion) ?"
                    + " self.minVersion == 'Auto' || self.minVersion <= self.maxVersion : '1.2' <= self.maxVersion)",
            "minVersion, which is 1.2 where it is not set, must not be more than maxVersion",
            tls -> {
                String max = text(tls, "maxVersion").orElse("Auto");
                String min = text(tls, "minVersion").orElse("1.2");
                return max.equals("Auto") || min.equals("Auto") || min.compareTo(max) <= 0;
            }),

    /** Of a Backend: endpoints without a name of their own must say one. */
    hostnamesForSni(
            "!(has(self.tls) && has(self.tls.autoSNIFromEndpointHostname) && self.tls.autoSNIFromEndpointHostname)"
                    + " || (has(self.endpoints) && self.endpoints.all(endpoint, has(endpoint.hostname)"
                    + " || !(has(endpoint.ip) || has(endpoint.unix))))",
            "when tls.autoSNIFromEndpointHostname is true, endpoints with ip or unix must have a hostname",
            backend -> {
                boolean named = FieldPath.of("tls.autoSNIFromEndpointHostname")
                                        .in(backend)
                                        .orElse(null)
                                instanceof Node.Scalar scalar
                        && scalar.isTrue();
                return !named
                        || FieldPath.of("endpoints").in(backend).orElse(null) instanceof Node.Sequence endpoints
                                && endpoints.items().stream()
                                        .allMatch(endpoint -> has(endpoint, "hostname")
                                                || !has(endpoint, "ip") && !has(endpoint, "unix"));
            }),

    /** Of namespaces of dynamic metadata: Envoy's own filters keep theirs. */
    noFilterNamespaces(
            "self.all(namespace_, !namespace_.startsWith('envoy.filters.http'))",
            "must not have namespaces of Envoy's HTTP filters, which begin with envoy.filters.http",
            namespaces -> !(namespaces instanceof Node.Sequence sequence)
                    || sequence.items().stream()
                            .noneMatch(item -> item instanceof Node.Scalar scalar
                                    && scalar.text().startsWith("envoy.filters.http")));

    private final String cel;
    private final String message;
    private final Predicate<Node> predicate;

    NamedCheck(String cel, String message, Predicate<Node> predicate) {
        this.cel = cel;
        this.message = message;
        this.predicate = predicate;
    }

    String cel() {
        return cel;
    }

    String message() {
        return message;
    }

    boolean holds(Node value) {
        return predicate.test(value);
    }

    private static Optional<String> text(Node node, String field) {
        return FieldPath.of(field)
                .in(node)
                .flatMap(value -> value instanceof Node.Scalar scalar ? Optional.of(scalar.text()) : Optional.empty());
    }

    private static boolean has(Node node, String field) {
        return FieldPath.of(field).in(node).isPresent();
    }

    private static boolean hasText(Node list, List<String> texts) {
        return list instanceof Node.Sequence sequence
                && sequence.items().stream()
                        .anyMatch(item -> item instanceof Node.Scalar scalar && texts.contains(scalar.text()));
    }
}
