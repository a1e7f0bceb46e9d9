package dev.gatehouse.controller.infrastructure;

import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A fleet that should run.
 *
 * @param gateway whose fleet it is; absent where all Gateways of the class share it
 * @param gatewayUid absent in files
 * @param classUid absent in files
 * @param labels the Gateway's {@code spec.infrastructure.labels}
 * @param annotations likewise
 * @param ports of its Service, each once
 * @param addresses IP addresses that the Gateway asks for
 */
public record Fleet(
        Optional<ObjectKey> gateway,
        String className,
        Optional<String> gatewayUid,
        Optional<String> classUid,
        Map<String, String> labels,
        Map<String, String> annotations,
        List<Port> ports,
        List<String> addresses,
        EnvoyProxySpec proxy) {
    public Fleet {
        labels = Map.copyOf(labels);
        annotations = Map.copyOf(annotations);
        ports = ports.stream().sorted().distinct().toList();
        addresses = List.copyOf(addresses);
    }

    /** The fleet's name: its proxies' node cluster. */
    public String name() {
        return gateway.map(ObjectKey::toString).orElse(className);
    }

    /**
     * A port of the Service.
     *
     * @param protocol "http", "https", "tls", "tcp" or "udp": part of its name
     * @param bound the port that Envoy binds
     */
    public record Port(int port, String protocol, int bound) implements Comparable<Port> {
        /** The transport, as Kubernetes writes it. */
        String transport() {
            return protocol.equals("udp") ? "UDP" : "TCP";
        }

        @Override
        public int compareTo(Port other) {
            int byPort = Integer.compare(port, other.port);
            return byPort != 0 ? byPort : protocol.compareTo(other.protocol);
        }
    }
}
