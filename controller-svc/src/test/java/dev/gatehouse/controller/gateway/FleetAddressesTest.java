package dev.gatehouse.controller.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.ObjectStatus.Address;
import dev.gatehouse.gatewayapi.ClusterNode;
import dev.gatehouse.gatewayapi.Gateway;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.Service;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FleetAddressesTest {
    private static final Gateway ANY = gateway("");

    @Test
    void aLoadBalancerGivesItsAddressesAndHostnames() {
        Service service = service("LoadBalancer", "10.0.0.1", List.of("192.0.2.7"), "198.51.100.1", "lb.example");
        ClusterNode node = new ClusterNode(List.of(new ClusterNode.Address("InternalIP", "192.0.2.7")));
        FleetAddresses addresses = FleetAddresses.of(ANY, Optional.of(service), List.of(node), 1);
        assertThat(addresses.problem()).isEmpty();
        assertThat(addresses.addresses())
                .containsExactly(ip("198.51.100.1"), new Address("Hostname", "lb.example"), ip("192.0.2.7"));
    }

    @Test
    void anExternalIpThatNoNodeHasIsNotUsable() {
        Service service = service("LoadBalancer", "10.0.0.1", List.of("192.0.2.7"), "198.51.100.1", "");
        FleetAddresses addresses = FleetAddresses.of(
                gateway("addresses: [{value: 198.51.100.1}, {value: 192.0.2.7}]"), Optional.of(service), List.of(), 1);
        assertThat(reason(addresses)).isEqualTo("AddressNotUsable");
        assertThat(addresses.addresses()).containsExactly(ip("198.51.100.1"));
    }

    @Test
    void withoutAnAddressTheGatewayIsNotProgrammed() {
        assertThat(reason(FleetAddresses.of(
                        ANY, Optional.of(service("LoadBalancer", "10.0.0.1", List.of(), "", "")), List.of(), 1)))
                .isEqualTo("AddressNotAssigned");
        assertThat(reason(FleetAddresses.of(ANY, Optional.empty(), List.of(), 0)))
                .isEqualTo("AddressNotAssigned");
    }

    @Test
    void withoutAReadyProxyTheGatewayHasNoResources() {
        FleetAddresses addresses =
                FleetAddresses.of(ANY, Optional.of(service("ClusterIP", "10.0.0.1", List.of(), "", "")), List.of(), 0);
        assertThat(reason(addresses)).isEqualTo("NoResources");
        assertThat(addresses.addresses()).containsExactly(ip("10.0.0.1"));
    }

    @Test
    void aHeadlessServiceHasNoAddress() {
        assertThat(reason(FleetAddresses.of(
                        ANY, Optional.of(service("ClusterIP", "None", List.of(), "", "")), List.of(), 1)))
                .isEqualTo("AddressNotAssigned");
    }

    @Test
    void aNodePortIsReachedByTheNodesAndByTheirExternalAddressesFirst() {
        Service service = service("NodePort", "10.0.0.1", List.of(), "", "");
        ClusterNode inner = new ClusterNode(List.of(new ClusterNode.Address("InternalIP", "10.1.0.1")));
        ClusterNode outer = new ClusterNode(List.of(
                new ClusterNode.Address("InternalIP", "10.1.0.2"), new ClusterNode.Address("ExternalIP", "192.0.2.2")));
        assertThat(FleetAddresses.of(ANY, Optional.of(service), List.of(inner), 1)
                        .addresses())
                .containsExactly(ip("10.1.0.1"));
        assertThat(FleetAddresses.of(ANY, Optional.of(service), List.of(inner, outer), 1)
                        .addresses())
                .containsExactly(ip("192.0.2.2"));
    }

    @Test
    void aRequestedAddressThatTheServiceDidNotGetIsNotUsable() {
        Service service = service("LoadBalancer", "10.0.0.1", List.of(), "198.51.100.1", "");
        FleetAddresses addresses = FleetAddresses.of(
                gateway("addresses: [{value: 198.51.100.1}, {value: 192.0.2.99}]"), Optional.of(service), List.of(), 1);
        assertThat(reason(addresses)).isEqualTo("AddressNotUsable");
        assertThat(addresses.problem().orElseThrow().message())
                .contains("192.0.2.99")
                .contains("198.51.100.1");
        assertThat(addresses.addresses()).containsExactly(ip("198.51.100.1"));
    }

    @Test
    void anAddressWithoutAValueAsksForAny() {
        Service service = service("LoadBalancer", "10.0.0.1", List.of(), "198.51.100.1", "");
        FleetAddresses addresses =
                FleetAddresses.of(gateway("addresses: [{type: IPAddress}]"), Optional.of(service), List.of(), 1);
        assertThat(addresses.problem()).isEmpty();
        assertThat(addresses.addresses()).containsExactly(ip("198.51.100.1"));
    }

    private static String reason(FleetAddresses addresses) {
        return addresses.problem().map(Condition::reason).orElse("none");
    }

    private static Address ip(String value) {
        return new Address("IPAddress", value);
    }

    private static Service service(
            String type, String clusterIp, List<String> externalIps, String ingressIp, String ingressHost) {
        List<Service.Ingress> ingress = List.of(
                        new Service.Ingress(text(ingressIp), Optional.empty()),
                        new Service.Ingress(Optional.empty(), text(ingressHost)))
                .stream()
                .filter(each -> each.ip().isPresent() || each.hostname().isPresent())
                .toList();
        return new Service(type, Optional.of(clusterIp), Optional.empty(), externalIps, ingress, List.of());
    }

    private static Optional<String> text(String value) {
        return Optional.of(value).filter(each -> !each.isEmpty());
    }

    private static Gateway gateway(String addresses) {
        String yaml = """
                apiVersion: gateway.networking.k8s.io/v1
                kind: Gateway
                metadata: {name: edge}
                spec:
                  gatewayClassName: gatehouse
                  listeners: [{name: http, port: 80, protocol: HTTP}]
                  %s
                """.formatted(addresses);
        return (Gateway) ResourceReader.read("in.yaml", yaml)
                .found()
                .getFirst()
                .resource()
                .spec();
    }
}
