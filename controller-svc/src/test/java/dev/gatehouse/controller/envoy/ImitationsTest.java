package dev.gatehouse.controller.envoy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ImitationsTest {
    @Test
    void eachSpellingWithAnUnderscoreIsOne() {
        assertThat(Imitations.of(List.of("X-Sub", "user"))).containsExactly("x_sub");
        assertThat(Imitations.of(List.of("x-current-user")))
                .containsExactly("x-current_user", "x_current-user", "x_current_user");
    }

    @Test
    void aNameThatTheGatewaySetsItselfIsNone() {
        assertThat(Imitations.of(List.of("x-sub", "x_sub"))).isEmpty();
        assertThat(Imitations.of(List.of("x_sub"))).containsExactly("x-sub");
    }

    @Test
    void aNameOfManyWordsHasTooManySpellings() {
        assertThat(Imitations.of(List.of("a-b-c-d-e-f-g"))).hasSize(63);
        assertThat(Imitations.of(List.of("a-b-c-d-e-f-g-h"))).isEmpty();
    }
}
