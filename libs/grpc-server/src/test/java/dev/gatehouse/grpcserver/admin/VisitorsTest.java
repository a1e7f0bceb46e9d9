package dev.gatehouse.grpcserver.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VisitorsTest {
    private final Visitors usual = Visitors.LOOPBACK_ONLY;

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LocalHost", "127.0.0.1", "[::1]"})
    void loopbackMayCallByItsNames(String host) {
        assertThat(usual.refusal(Optional.of("127.0.0.1"), Optional.of(host))).isEmpty();
        assertThat(usual.refusal(Optional.of("0:0:0:0:0:0:0:1%0"), Optional.of(host)))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"rebound.example", "127.0.0.1.nip.example", "localhost.example", "", "127.0.0.2.", "10.0.0.7"})
    void aNameThatWasMadeToLeadHereIsRefused(String host) {
        assertThat(usual.refusal(Optional.of("127.0.0.1"), Optional.of(host))).isPresent();
    }

    @Test
    void aRequestWithoutAHostIsRefused() {
        assertThat(usual.refusal(Optional.of("127.0.0.1"), Optional.empty())).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.7", "192.168.1.2", "2001:db8::1", "example", ""})
    void otherHostsAreRefusedWhateverNameTheyCallBy(String peer) {
        assertThat(usual.refusal(Optional.of(peer), Optional.of("localhost"))).isPresent();
    }

    @Test
    void aConnectionWithoutAnAddressIsRefused() {
        assertThat(usual.refusal(Optional.empty(), Optional.of("localhost"))).isPresent();
    }

    @Test
    void whatIsConfiguredIsLetIn() {
        Visitors open = new Visitors(false, List.of(" Console.Example "), "", "");
        assertThat(open.refusal(Optional.of("10.0.0.7"), Optional.of("console.example")))
                .isEmpty();
        assertThat(open.refusal(Optional.of("10.0.0.7"), Optional.of("other.example")))
                .isPresent();
    }
}
