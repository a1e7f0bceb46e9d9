package dev.gatehouse.controller.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The Services that the peer's test adds to every case, each with an endpoint. */
final class PeerServices {
    private record Port(String name, int number, String protocol) {}

    private PeerServices() {}

    static List<Map<String, Object>> all() {
        List<Map<String, Object>> objects = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            add(
                    objects,
                    "default",
                    "service-" + i,
                    "7.7.7.7",
                    List.of(
                            new Port("http", 8080, "TCP"),
                            new Port("https", 8443, "TCP"),
                            new Port("tcp", 8163, "TCP"),
                            new Port("udp", 8162, "UDP")));
        }
        add(objects, "default", "mirror-service", "7.6.5.4", List.of(new Port("http", 8080, "TCP")));
        add(
                objects,
                "monitoring",
                "otel-collector",
                "8.7.6.5",
                List.of(new Port("grpc", 4317, "TCP"), new Port("zipkin", 9411, "TCP")));
        return objects;
    }

    private static void add(
            List<Map<String, Object>> objects, String namespace, String name, String endpoint, List<Port> ports) {
        objects.add(Map.of(
                "apiVersion",
                "v1",
                "kind",
                "Service",
                "metadata",
                Map.of("namespace", namespace, "name", name),
                "spec",
                Map.of(
                        "clusterIP",
                        "1.1.1.1",
                        "ports",
                        ports.stream()
                                .map(port ->
                                        Map.of("name", port.name(), "port", port.number(), "protocol", port.protocol()))
                                .toList())));
        objects.add(Map.of(
                "apiVersion",
                "discovery.k8s.io/v1",
                "kind",
                "EndpointSlice",
                "addressType",
                "IPv4",
                "metadata",
                Map.of(
                        "namespace",
                        namespace,
                        "name",
                        name + "-slice",
                        "labels",
                        Map.of("kubernetes.io/service-name", name)),
                "ports",
                ports.stream()
                        .map(port -> Map.of("name", port.name(), "port", port.number(), "protocol", port.protocol()))
                        .toList(),
                "endpoints",
                List.of(Map.of("addresses", List.of(endpoint), "conditions", Map.of("ready", true)))));
    }
}
