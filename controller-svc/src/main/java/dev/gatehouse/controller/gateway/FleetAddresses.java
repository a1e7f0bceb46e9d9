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
 * Where clients reach a Gateway whose proxies stand behind a Kubernetes Service.
 *
 * @param addresses those that lead to the proxies; of a Gateway that asks for some, only these
 * @param problem why the Gateway cannot be programmed: no address, or not those that it asks for
 */
public record FleetAddresses(List<Address> addresses, Optional<Condition> problem) {
    private static final String IP = "IPAddress";
    private static final String HOSTNAME = "Hostname";

    public FleetAddresses {
        addresses = List.copyOf(addresses);
    }

    /**
     * @param service absent: the Service has not been made yet
     * @param nodes for a Service of type NodePort, or with external IPs; otherwise they do not matter
     */
    public static FleetAddresses of(
            Gateway gateway, Optional<Service> service, Collection<ClusterNode> nodes, int readyProxies) {
        List<Address> assigned = service.map(each -> assigned(each, nodes)).orElse(List.of());
        Set<Address> requested = new LinkedHashSet<>();
        for (Gateway.Address address : gateway.addresses()) {
            // An address without a value asks for any of its type (GEP-1651 keeps it so).
            address.value()
                    .filter(value -> !value.isEmpty())
                    .ifPresent(value -> requested.add(new Address(address.type(), value)));
        }
        List<Address> given = requested.isEmpty()
                ? assigned
                : requested.stream().filter(assigned::contains).toList();
        Set<Address> missing = new LinkedHashSet<>(requested);
        given.forEach(missing::remove);
        if (!missing.isEmpty()) {
            return new FleetAddresses(
                    given,
                    Optional.of(Condition.isFalse(
                            Conditions.PROGRAMMED,
                            "AddressNotUsable",
                            "The Service of the proxies did not get " + text(missing) + " (it has: " + text(assigned)
                                    + "; an external IP counts where a node has it).")));
        }
        if (given.isEmpty()) {
            return new FleetAddresses(
                    given,
                    Optional.of(Condition.isFalse(
                            Conditions.PROGRAMMED,
                            "AddressNotAssigned",
                            service.isPresent()
                                    ? "The Service of the proxies, of type "
                                            + service.get().type() + ", has no address yet."
                                    : "The Service of the proxies is not there yet.")));
        }
        if (readyProxies == 0) {
            return new FleetAddresses(
                    given,
                    Optional.of(Condition.isFalse(
                            Conditions.PROGRAMMED, "NoResources", "No proxy of the Gateway is ready.")));
        }
        return new FleetAddresses(given, Optional.empty());
    }

    private static List<Address> assigned(Service service, Collection<ClusterNode> nodes) {
        List<Address> addresses = new ArrayList<>();
        switch (service.type()) {
            case "LoadBalancer" ->
                service.ingress().forEach(ingress -> {
                    ingress.ip().ifPresent(ip -> addresses.add(new Address(IP, ip)));
                    if (ingress.ip().isEmpty()) {
                        ingress.hostname().ifPresent(host -> addresses.add(new Address(HOSTNAME, host)));
                    }
                });
            case "NodePort" -> addresses.addAll(ofNodes(nodes));
            default ->
                service.clusterIp()
                        .filter(ip -> !ip.isEmpty() && !ip.equals("None"))
                        .ifPresent(ip -> addresses.add(new Address(IP, ip)));
        }
        // Kubernetes routes an external IP that reaches a node, and brings none there: what no node has may lead
        // nowhere.
        service.externalIps().stream()
                .filter(ip -> nodes.stream()
                        .flatMap(node -> node.addresses().stream())
                        .anyMatch(address -> address.address().equals(ip)))
                .forEach(ip -> addresses.add(new Address(IP, ip)));
        return addresses.stream().distinct().toList();
    }

    private static List<Address> ofNodes(Collection<ClusterNode> nodes) {
        for (String type : List.of("ExternalIP", "InternalIP")) {
            List<Address> found = nodes.stream()
                    .flatMap(node -> node.addresses().stream())
                    .filter(address -> address.type().equals(type))
                    .map(address -> new Address(IP, address.address()))
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
