package dev.gatehouse.controller.backend;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.Backend.Endpoint;
import dev.gatehouse.gatewayapi.EndpointSlice;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackendAddressesTest {
    private static final BackendAddresses CLUSTER = new BackendAddresses(true, false, Set.of(19000));
    private static final BackendAddresses HOST = new BackendAddresses(true, true, Set.of(18000, 18001));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.0.0.53",
                "127.255.255.254",
                "::1",
                "0:0:0:0:0:0:0:1",
                "::ffff:127.0.0.1",
                "::ffff:7f00:1",
                "::127.0.0.1",
                "0.0.0.0",
                "0.0.0.1",
                "::",
                "::ffff:0.0.0.0",
                "169.254.169.254",
                "::ffff:169.254.169.254",
                "fe80::1",
                "febf::1",
                "224.0.0.1",
                "ff02::1",
                "1.2.3",
                "127.1",
                "2130706433",
                "010.0.0.1",
                "1.2.3.256",
                "1.2.3.4.5",
                ":::",
                "12345::"
            })
    void inAClusterNoAddressLeadsToTheProxyItselfOrItsNode(String address) {
        assertThat(CLUSTER.refusal(new Endpoint.Ip(address, 80)))
                .map(BackendAddresses.Refusal::reason)
                .contains("InvalidAddress");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "10.0.0.1",
                "1.1.1.1",
                "192.168.1.1",
                "2001:db8::1",
                "fd00::1",
                "::ffff:10.0.0.1",
                "64:ff9b::a00:1"
            })
    void otherAddressesMayBeUsedEverywhere(String address) {
        assertThat(CLUSTER.refusal(new Endpoint.Ip(address, 19000))).isEmpty();
        assertThat(HOST.refusal(new Endpoint.Ip(address, 18000))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "localhost.",
                "app.localhost",
                "App.LocalHost.",
                "localhost.localdomain",
                "ip6-localhost",
                "127.0.0.1",
                "127.1",
                "0x7f.1",
                "0x7f000001",
                "2130706433",
                "host",
                "host."
            })
    void inAClusterNoNameIsThatOfTheProxyItself(String name) {
        assertThat(CLUSTER.refusal(new Endpoint.Fqdn(name, 80)))
                .map(BackendAddresses.Refusal::reason)
                .contains("InvalidAddress");
    }

    @Test
    void aNameThatMayLeadToLoopbackHasNoPortOfTheProxysOwn() {
        assertThat(CLUSTER.refusal(new Endpoint.Fqdn("rebound.example", 19000))).isPresent();
        assertThat(CLUSTER.refusal(new Endpoint.Fqdn("rebound.example", 443))).isEmpty();
        assertThat(HOST.refusal(new Endpoint.Fqdn("rebound.example", 18001))).isPresent();
    }

    @Test
    void aSocketInTheProxysFileSystemIsNoBackendInACluster() {
        assertThat(CLUSTER.refusal(new Endpoint.Unix("/run/waf.sock")))
                .map(BackendAddresses.Refusal::reason)
                .contains("UnsupportedAddressType");
        assertThat(HOST.refusal(new Endpoint.Unix("/run/app.sock"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"})
    void onAHostLoopbackIsTheUsersButForGatehousesOwnPorts(String address) {
        assertThat(HOST.refusal(new Endpoint.Ip(address, 3000))).isEmpty();
        assertThat(HOST.refusal(new Endpoint.Ip(address, 18000))).isPresent();
        assertThat(HOST.refusal(new Endpoint.Ip(address, 18001))).isPresent();
    }

    @Test
    void onAHostNamesOfLoopbackAreTheUsersButForGatehousesOwnPorts() {
        assertThat(HOST.refusal(new Endpoint.Fqdn("localhost", 3000))).isEmpty();
        assertThat(HOST.refusal(new Endpoint.Fqdn("db", 3000))).isEmpty();
        assertThat(HOST.refusal(new Endpoint.Fqdn("localhost", 18000))).isPresent();
    }

    @Test
    void slicesAreServedWithoutWhatMayNotBeUsed() {
        EndpointSlice slice = new EndpointSlice(
                "IPv4",
                List.of(endpoint("127.0.0.1"), endpoint("10.0.0.1"), endpoint("169.254.169.254")),
                List.of(port(8080), port(18000)));

        assertThat(CLUSTER.usable(slice))
                .isEqualTo(new EndpointSlice("IPv4", List.of(endpoint("10.0.0.1")), List.of(port(8080), port(18000))));
        assertThat(HOST.usable(slice))
                .isEqualTo(new EndpointSlice(
                        "IPv4", List.of(endpoint("127.0.0.1"), endpoint("10.0.0.1")), List.of(port(8080))));
    }

    @Test
    void hostNamesInSlicesAreCheckedAsThoseOfBackendsAre() {
        EndpointSlice slice = new EndpointSlice(
                "FQDN",
                List.of(endpoint("app.example.com"), endpoint("localhost"), endpoint("127.1")),
                List.of(port(8080), port(19000)));

        assertThat(CLUSTER.usable(slice))
                .isEqualTo(new EndpointSlice("FQDN", List.of(endpoint("app.example.com")), List.of(port(8080))));
    }

    private static EndpointSlice.Endpoint endpoint(String address) {
        return new EndpointSlice.Endpoint(List.of(address), true, Optional.empty());
    }

    private static EndpointSlice.Port port(int port) {
        return new EndpointSlice.Port(Optional.empty(), Optional.of(port), "TCP");
    }
}
