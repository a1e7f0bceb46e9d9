package dev.gatehouse.gatewayapi.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CidrTest {
    @Test
    void bitsBeyondTheLengthDoNotCount() {
        assertThat(Cidr.parse("10.1.2.3/8")).contains(new Cidr("10.0.0.0", 8));
        assertThat(Cidr.parse("192.168.1.7/32")).contains(new Cidr("192.168.1.7", 32));
        assertThat(Cidr.parse("2001:db8::1/32")).contains(new Cidr("2001:db8:0:0:0:0:0:0", 32));
        assertThat(Cidr.parse("0.0.0.0/0")).contains(new Cidr("0.0.0.0", 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.0.0.0",
                "10.0.0.0/33",
                "10.0.0/8",
                "10.0.0.0/-1",
                "300.0.0.0/8",
                "::/129",
                "host/8",
                "10.0.0.0/8 ",
                "::ffff:10.0.0.0/104",
                "1:2/16"
            })
    void whatIsNoRangeIsNotRead(String text) {
        assertThat(Cidr.parse(text)).isEmpty();
    }
}
