package dev.gatehouse.waf.inspection;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PeerTest {
    @ParameterizedTest
    @CsvSource({
        "192.0.2.1:5555, 192.0.2.1, 5555",
        "'[2001:db8::1]:5555', 2001:db8::1, 5555",
        "'[2001:db8::1]', 2001:db8::1, 0",
        "192.0.2.1, 192.0.2.1, 0",
        "2001:db8::1, 2001:db8::1, 0",
        "/run/socket, /run/socket, 0",
        "'', '', 0",
        "192.0.2.1:999999, 192.0.2.1, 65535",
    })
    void reads(String text, String address, int port) {
        assertThat(Peer.parse(text)).isEqualTo(new Peer(address, port));
    }
}
