package dev.gatehouse.tracing.quarkus;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class ExemplarsTest {
    private static final String EXEMPLAR =
            " # {span_id=\"9c5ed81be2a1486a\",trace_id=\"62c00d2286fe1d729958aa5724491e06\"}"
                    + " 5.43325E-4 1795917130.950";

    @Test
    void bucketsAndCountersKeepTheirExemplars() {
        String exposition = "# TYPE took_seconds histogram\n"
                + "took_seconds_bucket{outcome=\"detected\",le=\"0.001\"} 2.0" + EXEMPLAR + "\n"
                + "decisions_total{code=\"ok\"} 7.0" + EXEMPLAR + "\n"
                + "bare_total 7.0" + EXEMPLAR + "\n"
                + "# EOF\n";
        assertThat(Exemplars.allowed(exposition)).isEqualTo(exposition);
    }

    @Test
    void countsAndAllElseHaveNone() {
        assertThat(Exemplars.allowed("took_seconds_count{outcome=\"detected\"} 2.0" + EXEMPLAR + "\n"
                        + "took_seconds_count 2.0" + EXEMPLAR + "\n"
                        + "took_seconds_max{outcome=\"detected\"} 0.003" + EXEMPLAR + "\n"))
                .isEqualTo("took_seconds_count{outcome=\"detected\"} 2.0\n"
                        + "took_seconds_count 2.0\n"
                        + "took_seconds_max{outcome=\"detected\"} 0.003\n");
    }

    @Test
    void aLabelThatLooksLikeAnExemplarStays() {
        String line = "policies{name=\"a # {x} 1 2\"} 3.0\n";
        assertThat(Exemplars.allowed(line)).isEqualTo(line);
    }
}
