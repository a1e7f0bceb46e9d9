package dev.gatehouse.xds.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.identity.ProcessName.Fleet;
import dev.gatehouse.identity.ProcessName.Service;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AccessTest {
    private static Optional<ProcessName> caller(ProcessName name) {
        return Optional.of(name);
    }

    @Test
    void aProxyReadsItsOwnFleetAndNoOther() {
        assertThat(Access.refusal(caller(new Fleet("a/one")), "a/one")).isEmpty();
        assertThat(Access.refusal(caller(new Fleet("a/one")), "a/two"))
                .hasValueSatisfying(text -> assertThat(text)
                        .contains("\"a/two\" is not for spiffe://gatehouse/fleet/a/one")
                        .contains("expected: a certificate of spiffe://gatehouse/fleet/a/two"));
    }

    @Test
    void aProxyDoesNotReadWhatTheCalloutServicesGet() {
        assertThat(Access.refusal(caller(new Fleet("gatehouse/authz")), "gatehouse/authz"))
                .isPresent();
        assertThat(Access.refusal(caller(new Service("authz-svc")), "gatehouse/authz"))
                .isEmpty();
        assertThat(Access.refusal(caller(new Service("waf-svc")), "gatehouse/authz"))
                .isPresent();
        assertThat(Access.refusal(caller(new Service("authz-svc")), "a/one")).isPresent();
    }

    @Test
    void aFleetThatIsNoNameIsNobodys() {
        for (String fleet : new String[] {"", " ", "a/b/c", "a b", "..%2f", "\n"}) {
            assertThat(Access.refusal(caller(new Fleet("a/one")), fleet)).isPresent();
        }
    }

    @Test
    void withoutTlsEverybodyMayRead() {
        assertThat(Access.refusal(Optional.empty(), "a/one")).isEmpty();
    }
}
