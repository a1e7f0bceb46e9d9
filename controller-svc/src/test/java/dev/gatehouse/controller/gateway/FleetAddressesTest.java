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
                .containsExactly(ip("198.51.100.1"), new Address("Hostname", "lb.example", ""), ip("192.0.2.7"));
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
        assertThat(addresses.addresses()).containsExactly(inCluster("10.0.0.1"));
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

    @Test
    void anAddressInTheClusterIsTheServicesOwnBesideThatOfItsLoadBalancer() {
        Service service = service("LoadBalancer", "10.0.0.1", List.of(), "198.51.100.1", "");
        for (String each : List.of("[{}, {routability: Cluster}]", "[{routability: Cluster}, {routability: ''}]")) {
            FleetAddresses addresses =
                    FleetAddresses.of(gateway("addresses: " + each), Optional.of(service), List.of(), 1);
            assertThat(addresses.problem()).isEmpty();
            assertThat(assigned(addresses)).isEqualTo("AddressesAssigned");
            assertThat(addresses.addresses()).containsExactlyInAnyOrder(ip("198.51.100.1"), inCluster("10.0.0.1"));
        }
    }

    @Test
    void whatIsNotAskedForIsAssignedToo() {
        Service service = service("LoadBalancer", "10.0.0.1", List.of(), "198.51.100.1", "");
        assertThat(assigned(FleetAddresses.of(ANY, Optional.of(service), List.of(), 1)))
                .isEqualTo("AddressesAssigned");
        assertThat(assigned(FleetAddresses.of(ANY, Optional.empty(), List.of(), 1)))
                .isEqualTo("none");
    }

    @Test
    void aClusterAddressOutsideOfTheClusterIsNotAssigned() {
        Service service = service("ClusterIP", "10.0.0.1", List.of(), "", "");
        FleetAddresses addresses = FleetAddresses.of(
                gateway("addresses: [{value: 192.0.2.1, routability: Cluster}]"), Optional.of(service), List.of(), 1);
        assertThat(reason(addresses)).isEqualTo("AddressNotAssigned");
        assertThat(assigned(addresses)).isEqualTo("NotAssigned");
        assertThat(addresses.problem().orElseThrow().message())
                .contains("spec.addresses[0].value: \"192.0.2.1\"")
                .contains("10.0.0.1");
    }

    @Test
    void ofAddressesThatAreThereInPartTheGatewayIsProgrammedWithThat() {
        Service service = service("LoadBalancer", "10.0.0.1", List.of(), "198.51.100.1", "");
        FleetAddresses addresses = FleetAddresses.of(
                gateway("addresses: [{value: 192.0.2.1, routability: Cluster}, {}]"),
                Optional.of(service),
                List.of(),
                1);
        assertThat(addresses.problem()).isEmpty();
        assertThat(assigned(addresses)).isEqualTo("PartiallyAssigned");
        assertThat(addresses.addresses()).containsExactly(ip("198.51.100.1"));
    }

    @Test
    void aRoutabilityThatIsNotKnownIsNotSatisfiedByAnother() {
        Service service = service("LoadBalancer", "10.0.0.1", List.of(), "198.51.100.1", "");
        for (String each : List.of("example.com/CorpWan", "testing.x-k8s.io/other")) {
            FleetAddresses addresses = FleetAddresses.of(
                    gateway("addresses: [{routability: " + each + "}]"), Optional.of(service), List.of(), 1);
            assertThat(addresses.addresses()).isEmpty();
            assertThat(reason(addresses)).isEqualTo("AddressNotAssigned");
            assertThat(addresses.problem().orElseThrow().message())
                    .contains("spec.addresses[0].routability: \"" + each + "\"");
        }
    }

    @Test
    void theSentinelOfConformanceIsReportedAsItIsAskedFor() {
        Service service = service("LoadBalancer", "10.0.0.1", List.of(), "198.51.100.1", "");
        FleetAddresses addresses = FleetAddresses.of(
                gateway("addresses: [{routability: testing.x-k8s.io/sentinel}]"), Optional.of(service), List.of(), 1);
        assertThat(addresses.addresses())
                .containsExactly(new Address("IPAddress", "198.51.100.1", "testing.x-k8s.io/sentinel"));
        assertThat(assigned(addresses)).isEqualTo("AddressesAssigned");
    }

    @Test
    void aHostnameIsNoClusterAddress() {
        Service service = service("LoadBalancer", "10.0.0.1", List.of(), "", "lb.example");
        FleetAddresses addresses = FleetAddresses.of(
                gateway("addresses: [{type: Hostname, routability: Cluster}, {type: Hostname}]"),
                Optional.of(service),
                List.of(),
                1);
        assertThat(assigned(addresses)).isEqualTo("PartiallyAssigned");
        assertThat(addresses.addresses()).containsExactly(new Address("Hostname", "lb.example", ""));
    }

    @Test
    void proxiesOnAHostHaveTheAddressesThatTheGatewayNamesAndNoneOfACluster() {
        assertThat(FleetAddresses.ofHost(ANY)).isEqualTo(FleetAddresses.NONE);
        FleetAddresses named = FleetAddresses.ofHost(gateway("addresses: [{value: 192.0.2.1}]"));
        assertThat(named.addresses()).containsExactly(ip("192.0.2.1"));
        assertThat(named.problem()).isEmpty();
        assertThat(reason(FleetAddresses.ofHost(gateway("addresses: [{routability: Cluster}]"))))
                .isEqualTo("AddressNotAssigned");
    }

    private static String assigned(FleetAddresses addresses) {
        return addresses.assigned().map(Condition::reason).orElse("none");
    }

    private static Address inCluster(String value) {
        return new Address("IPAddress", value, "Cluster");
    }

    private static String reason(FleetAddresses addresses) {
        return addresses.problem().map(Condition::reason).orElse("none");
    }

    private static Address ip(String value) {
        return new Address("IPAddress", value, "");
    }

    private static Service service(
            String type, String clusterIp, List<String> externalIps, String ingressIp, String ingressHost) {
        List<Service.Ingress> ingress = List.of(
                        new Service.Ingress(text(ingressIp), Optional.empty()),
                        new Service.Ingress(Optional.empty(), text(ingressHost)))
                .stream()
                .filter(each -> each.ip().isPresent() || each.hostname().isPresent())
                .toList();
        return new Service(
                type,
                Optional.of(clusterIp),
                clusterIp.equals("None") ? List.of() : List.of(clusterIp),
                Optional.empty(),
                externalIps,
                ingress,
                List.of(),
                Optional.empty());
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
