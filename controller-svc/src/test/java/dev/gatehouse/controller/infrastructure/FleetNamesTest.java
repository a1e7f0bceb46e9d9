package dev.gatehouse.controller.infrastructure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.ObjectKey;
import java.util.OptionalLong;
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

    @Test
    void quantitiesAreKubernetes() {
        assertThat(Quantity.parse("512Mi")).isEqualTo(OptionalLong.of(512L << 20));
        assertThat(Quantity.parse("1.5G")).isEqualTo(OptionalLong.of(1_500_000_000));
        assertThat(Quantity.parse("1e9")).isEqualTo(OptionalLong.of(1_000_000_000));
        assertThat(Quantity.parse("128974848000m")).isEqualTo(OptionalLong.of(128_974_848));
        assertThat(Quantity.parse("much")).isEmpty();
    }
}
