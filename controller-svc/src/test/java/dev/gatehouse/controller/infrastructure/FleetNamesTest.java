package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.ObjectKey;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class FleetNamesTest {
    private static final String SERVICE_NAME = "[a-z]([-a-z0-9]{0,61}[a-z0-9])?";

    @Test
    void aFleetHasEnvoyGatewaysName() {
        assertThat(FleetNames.hashed("default/eg")).isEqualTo("envoy-default-eg-e41e7b31");
        assertThat(FleetNames.hashed("default")).isEqualTo("envoy-default-37a8eec1");
    }

    @Property(tries = 200)
    void everyNameIsOneThatAServiceMayHave(
            @ForAll @StringLength(min = 1, max = 253) @CharRange(from = 'a', to = 'z') String name,
            @ForAll @CharRange(from = '0', to = '9') char first) {
        ObjectKey gateway = new ObjectKey("ns", first + name.substring(1) + ".x");
        assertThat(FleetNames.hashed(gateway.toString())).matches(SERVICE_NAME);
        assertThat(FleetNames.alias(gateway, "gatehouse")).matches(SERVICE_NAME);
        assertThat(FleetNames.labelValue(name)).hasSizeLessThanOrEqualTo(63);
    }
}
