package dev.gatehouse.waf.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostPatternTest {
    @ParameterizedTest
    @CsvSource({
        "shop.example.com, shop.example.com, true",
        "shop.example.com, SHOP.example.com:8443, true",
        "shop.example.com, shop.example.com., true",
        "shop.example.com, shop.example.com.:80, true",
        "shop.example.com:8443, shop.example.com:8443, true",
        "shop.example.com:8443, shop.example.com, false",
        "shop.example.com, xshop.example.com, false",
        "*.example.com, a.b.example.com, true",
        "*.example.com, example.com, false",
        "*.example.com:80, a.example.com:80, true",
        "*.example.com:80, a.example.com:81, false",
        "shop.example.com, [2001:db8::1]:80, false",
        "shop.example.com, '', false",
    })
    void fits(String pattern, String host, boolean fits) {
        assertThat(HostPattern.matches(pattern, host)).isEqualTo(fits);
    }
}
