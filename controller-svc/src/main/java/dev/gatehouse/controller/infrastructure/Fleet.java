package dev.gatehouse.controller.infrastructure;

import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A fleet that should run.
 *
 * @param gateway the Gateway that the fleet belongs to; absent if all Gateways of the class share the fleet
 * @param members the Gateways that it serves, in order of precedence
 * @param classUid absent in files
 * @param ports the ports of its Service, without duplicates
 * @param addresses the external IP addresses that the Gateways request
 * @param clusterAddresses the IP addresses that the Gateways request as cluster IPs of the Service
 * @param onlyInCluster true if all Gateways request cluster addresses only
 */
public record Fleet(
        Optional<ObjectKey> gateway,
        String className,
        List<Member> members,
        Optional<String> classUid,
        List<Port> ports,
        List<String> addresses,
        List<String> clusterAddresses,
        boolean onlyInCluster,
        EnvoyProxySpec proxy) {
    /** The protocol of a port for HTTP/3. */
    public static final String HTTP3 = "h3";

    public Fleet {
        members = List.copyOf(members);
        ports = ports.stream().sorted().distinct().toList();
        addresses = addresses.stream().distinct().toList();
        clusterAddresses = clusterAddresses.stream().distinct().toList();
    }

    /**
     * A Gateway that the fleet serves.
     *
     * @param uid absent in files
     * @param labels its {@code spec.infrastructure.labels}
     * @param annotations its {@code spec.infrastructure.annotations}
     */
    public record Member(
            ObjectKey key, Optional<String> uid, Map<String, String> labels, Map<String, String> annotations) {
        public Member {
            labels = Map.copyOf(labels);
            annotations = Map.copyOf(annotations);
        }
    }

    /** The fleet's name: its proxies' node cluster. */
    public String name() {
        return gateway.map(ObjectKey::toString).orElse(className);
    }

    /** The labels that its Gateways specify. If values differ, the first Gateway's is used. */
    Map<String, String> labels() {
        return united(Member::labels);
    }

    /** The annotations that its Gateways specify. If values differ, the first Gateway's is used. */
    Map<String, String> annotations() {
        return united(Member::annotations);
    }

    private Map<String, String> united(Function<Member, Map<String, String>> part) {
        Map<String, String> all = new HashMap<>();
        members.forEach(member -> part.apply(member).forEach(all::putIfAbsent));
        return all;
    }

    /**
     * A port of the Service.
     *
     * @param protocol "http", "https", "tls", "tcp", "udp" or "h3": part of its name
     * @param bound the port that Envoy binds
     */
    public record Port(int port, String protocol, int bound) implements Comparable<Port> {
        /** The transport, as Kubernetes writes it. */
        String transport() {
            return protocol.equals("udp") || protocol.equals(HTTP3) ? "UDP" : "TCP";
        }

        @Override
        public int compareTo(Port other) {
            int byPort = Integer.compare(port, other.port);
            return byPort != 0 ? byPort : protocol.compareTo(other.protocol);
        }
    }
}
