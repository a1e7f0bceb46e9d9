package dev.gatehouse.controller.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HostnamesTest {
    @ParameterizedTest
    @CsvSource({
        "*,a.example,true",
        "*,*,true",
        "*,*.example,true",
        "*.example,*,false",
        "a.example,a.example,true",
        "a.example,b.example,false",
        "*.example,a.example,true",
        "*.example,b.a.example,true",
        "*.example,example,false",
        "*.example,notexample,false",
        "*.example,*.example,true",
        "*.example,*.a.example,true",
        "*.a.example,*.example,false",
        "a.example,*.example,false"
    })
    void aHostnameCoversWhatItMatches(String wide, String narrow, boolean covers) {
        assertThat(Hostnames.covers(wide, narrow)).isEqualTo(covers);
    }

    @Test
    void theHostnamesThatCoverOneAreTheMostSpecificFirst() {
        assertThat(Hostnames.covering("a.b.example")).containsExactly("a.b.example", "*.b.example", "*.example", "*");
        assertThat(Hostnames.covering("*.b.example")).containsExactly("*.b.example", "*.example", "*");
        assertThat(Hostnames.covering("*")).containsExactly("*");
        assertThat(Hostnames.covering("localhost")).containsExactly("localhost", "*");
    }

    @Test
    void aRouteServesTheNarrowerOfItsHostnamesAndTheListeners() {
        assertThat(Hostnames.intersect("*.example", List.of("a.example", "b.other", "*.b.example", "*.example")))
                .containsExactly("a.example", "*.b.example", "*.example");
        assertThat(Hostnames.intersect("a.example", List.of("*.example", "*"))).containsExactly("a.example");
        assertThat(Hostnames.intersect("a.example", List.of())).containsExactly("a.example");
        assertThat(Hostnames.intersect("a.example", List.of("b.example"))).isEmpty();
        assertThat(Hostnames.intersect("*", List.of("b.example"))).containsExactly("b.example");
    }

    @Property(tries = 500)
    void whatCoversAHostnameIsExactlyWhatIsListedForIt(
            @ForAll("hostnames") String wide, @ForAll("hostnames") String narrow) {
        assertThat(Hostnames.covering(narrow).contains(wide)).isEqualTo(Hostnames.covers(wide, narrow));
    }

    @Property(tries = 500)
    void anIntersectionIsCoveredByBothWhicheverComesFirst(
            @ForAll("hostnames") String a, @ForAll("hostnames") String b) {
        Optional<String> both = Hostnames.intersect(a, b);
        assertThat(both).isEqualTo(Hostnames.intersect(b, a));
        both.ifPresent(host -> assertThat(Hostnames.covers(a, host) && Hostnames.covers(b, host))
                .isTrue());
    }

    @Property(tries = 500)
    void theMoreSpecificComesFirst(@ForAll("hostnames") String a, @ForAll("hostnames") String b) {
        if (!a.equals(b) && Hostnames.covers(a, b)) {
            assertThat(Hostnames.SPECIFICITY.compare(b, a)).isNegative();
        }
    }

    @Provide
    Arbitrary<String> hostnames() {
        Arbitrary<String> precise =
                Arbitraries.of("a", "b", "ab").list().ofMinSize(1).ofMaxSize(4).map(labels -> String.join(".", labels));
        Arbitrary<String> wildcard =
                Combinators.combine(Arbitraries.just("*."), precise).as(String::concat);
        return Arbitraries.oneOf(precise, wildcard, Arbitraries.just("*"));
    }
}
