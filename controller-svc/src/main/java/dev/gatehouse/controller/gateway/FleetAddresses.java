package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import dev.gatehouse.controller.status.ObjectStatus.Address;
import dev.gatehouse.gatewayapi.ClusterNode;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.Service;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The addresses at which clients reach a Gateway, and the condition of the addresses that the Gateway requests
 * (GEP-5093).
 *
 * @param addresses the addresses that lead to the proxies; if the Gateway requests addresses, only the requested ones
 * @param assigned the condition AddressesAssigned; empty: the assignment is not known yet
 * @param problem why the Gateway cannot be programmed: it has no address, or not the requested addresses
 */
public record FleetAddresses(List<Address> addresses, Optional<Condition> assigned, Optional<Condition> problem) {
    /** The addresses are not known, and there is no problem. */
    public static final FleetAddresses NONE = new FleetAddresses(List.of(), Optional.empty(), Optional.empty());

    /** The reason of {@code problem} where no proxy is ready. */
    public static final String NO_PROXY = "NoResources";

    private static final String IP = "IPAddress";
    private static final String HOSTNAME = "Hostname";

    /** An address type for conformance tests, which every implementation must know (GEP-5093). The address leads nowhere. */
    private static final String SENTINEL = "testing.x-k8s.io/sentinel";

    public FleetAddresses {
        addresses = List.copyOf(addresses);
    }

    /**
     * The addresses of proxies that stand behind a Kubernetes Service.
     *
     * @param service absent: the Service has not been made yet
     * @param nodes the cluster's nodes; used for a Service of type NodePort or with external IPs, ignored otherwise
     */
    public static FleetAddresses of(
            Gateway gateway, Optional<Service> service, Collection<ClusterNode> nodes, int readyProxies) {
        if (service.isEmpty()) {
            return new FleetAddresses(
                    List.of(), Optional.empty(), notAssigned("The Service of the proxies is not there yet."));
        }
        List<Address> byDefault = byDefault(service.get(), nodes);
        if (gateway.addresses().isEmpty() && byDefault.isEmpty()) {
            return new FleetAddresses(
                    List.of(),
                    Optional.empty(),
                    notAssigned("The Service of the proxies, of type "
                            + service.get().type() + ", has no address yet."));
        }
        List<Address> inCluster = service.get().clusterIps().stream()
                .map(ip -> new Address(IP, ip, Gateway.Address.CLUSTER))
                .toList();
        FleetAddresses found = new Assignment(byDefault, inCluster).of(gateway);
        return found.problem().isEmpty() && readyProxies == 0
                ? new FleetAddresses(
                        found.addresses(),
                        found.assigned(),
                        Optional.of(Condition.isFalse(
                                Conditions.PROGRAMMED, NO_PROXY, "No proxy of the Gateway is ready.")))
                : found;
    }

    /** The addresses of proxies on this machine: the IP addresses and host names that the Gateway requests. The machine assigns none. */
    public static FleetAddresses ofHost(Gateway gateway) {
        if (gateway.addresses().isEmpty()) {
            return NONE;
        }
        List<Address> named = gateway.addresses().stream()
                .flatMap(address -> address.value().stream()
                        .filter(value -> !value.isEmpty())
                        .map(value -> new Address(address.type(), value, "")))
                .distinct()
                .toList();
        FleetAddresses found = new Assignment(named, List.of()).of(gateway);
        // Proxies on a host bind every address of the host, so that a Gateway without requested addresses is reachable
        // too.
        return named.isEmpty()
                        && gateway.addresses().stream()
                                .allMatch(each -> each.routability().isEmpty())
                ? NONE
                : found;
    }

    private static Optional<Condition> notAssigned(String message) {
        return Optional.of(Condition.isFalse(Conditions.PROGRAMMED, "AddressNotAssigned", message));
    }

    /**
     * Assigns the fleet's addresses to Gateways that request addresses.
     *
     * @param byDefault the addresses of a Gateway that requests none
     * @param inCluster the Service's cluster IPs
     */
    private record Assignment(List<Address> byDefault, List<Address> inCluster) {
        FleetAddresses of(Gateway gateway) {
            if (gateway.addresses().isEmpty()) {
                return new FleetAddresses(byDefault, allAssigned(), Optional.empty());
            }
            Set<Address> given = new LinkedHashSet<>();
            List<String> unsatisfied = new ArrayList<>();
            List<String> unusable = new ArrayList<>();
            for (int i = 0; i < gateway.addresses().size(); i++) {
                Gateway.Address request = gateway.addresses().get(i);
                List<Address> matching = matching(request);
                given.addAll(matching);
                if (matching.isEmpty()) {
                    String what = "spec.addresses[" + i + "]" + problem(request);
                    unsatisfied.add(what);
                    if (request.routability().isEmpty()
                            && request.value().filter(value -> !value.isEmpty()).isPresent()) {
                        unusable.add(what);
                    }
                }
            }
            if (unsatisfied.isEmpty()) {
                return new FleetAddresses(List.copyOf(given), allAssigned(), Optional.empty());
            }
            String message = String.join("; ", unsatisfied) + ".";
            Optional<Condition> problem = Optional.empty();
            if (!unusable.isEmpty()) {
                problem = Optional.of(Condition.isFalse(
                        Conditions.PROGRAMMED, "AddressNotUsable", String.join("; ", unusable) + "."));
            } else if (given.isEmpty()) {
                problem = notAssigned(message);
            }
            return new FleetAddresses(
                    List.copyOf(given),
                    Optional.of(Condition.isFalse(
                            Conditions.ADDRESSES_ASSIGNED,
                            given.isEmpty() ? "NotAssigned" : "PartiallyAssigned",
                            message)),
                    problem);
        }

        private List<Address> matching(Gateway.Address request) {
            List<Address> candidates = switch (request.routability()) {
                case "" -> byDefault;
                case Gateway.Address.CLUSTER -> inCluster;
                case SENTINEL ->
                    byDefault.stream()
                            .map(address -> new Address(address.type(), address.value(), SENTINEL))
                            .toList();
                default -> List.of();
            };
            return candidates.stream()
                    .filter(address -> address.type().equals(request.type()))
                    .filter(address -> request.value()
                            .filter(value -> !value.isEmpty())
                            .map(address.value()::equals)
                            .orElse(true))
                    .toList();
        }

        private String problem(Gateway.Address request) {
            String value = request.value().orElse("");
            return switch (request.routability()) {
                case "", SENTINEL ->
                    (value.isEmpty() ? "" : ".value: \"" + value + "\"") + ": the Service of the proxies did not get "
                            + (value.isEmpty() ? "one of type " + request.type() : "it") + " (it has: "
                            + text(byDefault) + "; an external IP counts where a node has it)";
                case Gateway.Address.CLUSTER -> {
                    if (!request.type().equals(IP)) {
                        yield ".routability: \"Cluster\" cannot be had for type " + request.type()
                                + " (expected: type IPAddress)";
                    }
                    yield (value.isEmpty() ? "" : ".value: \"" + value + "\"")
                            + ": is not the cluster IP of the proxies' Service (it has: " + text(inCluster) + ")";
                }
                default ->
                    ".routability: \"" + request.routability()
                            + "\" cannot be had here (expected: none, or \"Cluster\")";
            };
        }
    }

    private static Optional<Condition> allAssigned() {
        return Optional.of(Condition.isTrue(
                Conditions.ADDRESSES_ASSIGNED, "AddressesAssigned", "Every address that is asked for is there."));
    }

    private static List<Address> byDefault(Service service, Collection<ClusterNode> nodes) {
        List<Address> addresses = new ArrayList<>();
        switch (service.type()) {
            case "LoadBalancer" ->
                service.ingress().forEach(ingress -> {
                    ingress.ip().ifPresent(ip -> addresses.add(new Address(IP, ip, "")));
                    if (ingress.ip().isEmpty()) {
                        ingress.hostname().ifPresent(host -> addresses.add(new Address(HOSTNAME, host, "")));
                    }
                });
            case "NodePort" -> addresses.addAll(ofNodes(nodes));
            default -> service.clusterIps().forEach(ip -> addresses.add(new Address(IP, ip, Gateway.Address.CLUSTER)));
        }
        // Kubernetes routes an external IP once its packets reach a node, but does not bring them to a node. So an
        // external IP that no node has may be unreachable.
        service.externalIps().stream()
                .filter(ip -> nodes.stream()
                        .flatMap(node -> node.addresses().stream())
                        .anyMatch(address -> address.address().equals(ip)))
                .forEach(ip -> addresses.add(new Address(IP, ip, "")));
        return addresses.stream().distinct().toList();
    }

    private static List<Address> ofNodes(Collection<ClusterNode> nodes) {
        for (String type : List.of("ExternalIP", "InternalIP")) {
            List<Address> found = nodes.stream()
                    .flatMap(node -> node.addresses().stream())
                    .filter(address -> address.type().equals(type))
                    .map(address -> new Address(IP, address.address(), ""))
                    .distinct()
                    // The status takes 16 addresses; any node leads to the proxies.
                    .limit(16)
                    .toList();
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    private static String text(Collection<Address> addresses) {
        return addresses.isEmpty()
                ? "none"
                : addresses.stream().map(Address::value).collect(Collectors.joining(", "));
    }
}
