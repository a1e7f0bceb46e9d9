package dev.gatehouse.ratelimit.http;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class TopPageTest {
    @Test
    void addressesAndShortValuesAreShownAndWhatMayBeACredentialIsNot() {
        assertThat(TopPage.shown("203.0.113.200")).isEqualTo("203.0.113.200");
        assertThat(TopPage.shown("2001:db8:1234:5678:9abc:def0:1234:5678"))
                .isEqualTo("2001:db8:1234:5678:9abc:def0:1234:5678");
        assertThat(TopPage.shown("2001:db8:1234:5678::/64")).isEqualTo("2001:db8:1234:5678::/64");
        assertThat(TopPage.shown("gold")).isEqualTo("gold");
        assertThat(TopPage.shown("Bearer eyJhbGciOiJub25lIn0.e30."))
                .startsWith("Bear… (SHA-256 ")
                .doesNotContain("eyJ");
    }
}
