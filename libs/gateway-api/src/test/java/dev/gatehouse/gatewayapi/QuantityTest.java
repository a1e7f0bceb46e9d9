package dev.gatehouse.gatewayapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class QuantityTest {
    @Test
    void quantitiesAreKubernetes() {
        assertThat(Quantity.parse("512Mi")).isEqualTo(OptionalLong.of(512L << 20));
        assertThat(Quantity.parse("1.5G")).isEqualTo(OptionalLong.of(1_500_000_000));
        assertThat(Quantity.parse("1e9")).isEqualTo(OptionalLong.of(1_000_000_000));
        assertThat(Quantity.parse("128974848000m")).isEqualTo(OptionalLong.of(128_974_848));
        assertThat(Quantity.parse("much")).isEmpty();
    }
}
