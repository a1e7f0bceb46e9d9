package dev.gatehouse.ratelimit.descriptor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.ratelimit.limit.Unit;
import dev.gatehouse.ratelimit.limit.Window;
import java.nio.charset.StandardCharsets;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class CounterKeysTest {
    private static final Window WINDOW = new Window(60, 120);

    private record Named(String domain, List<Entry> entries, Unit unit, Window window) {
        String key() {
            return CounterKeys.of(domain, entries, unit, window);
        }
    }

    @Property(tries = 2000)
    void differentDescriptorsHaveDifferentCounters(@ForAll("named") Named one, @ForAll("named") Named other) {
        assertThat(stored(one).equals(stored(other))).isEqualTo(one.equals(other));
    }

    /** As a store has it that takes bytes. */
    private static String stored(Named named) {
        return new String(named.key().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }

    /** Few characters, those that a format could stumble on: collisions would be found. The last ones stand for bytes that are not UTF-8. */
    @Provide
    Arbitrary<Named> named() {
        Arbitrary<String> text =
                Arbitraries.strings().withChars("a1:_#sx?\udcff\udcfe").ofMaxLength(3);
        Arbitrary<Entry> entry = Combinators.combine(text, text).as(Entry::new);
        Arbitrary<Window> window = Arbitraries.of(WINDOW, new Window(6, 7), new Window(0, 1));
        return Combinators.combine(text, entry.list().ofMaxSize(2), Arbitraries.of(Unit.SECOND, Unit.MINUTE), window)
                .as(Named::new);
    }

    @Test
    void aValueCannotPretendToBeTheNextEntry() {
        List<Entry> one = List.of(new Entry("a", "b_c_d"));
        List<Entry> two = List.of(new Entry("a", "b"), new Entry("c", "d"));
        assertThat(CounterKeys.of("d", one, Unit.SECOND, WINDOW))
                .isNotEqualTo(CounterKeys.of("d", two, Unit.SECOND, WINDOW));
    }

    @Test
    void aLongValueThatIsNotUtf8StaysItsOwn() {
        String one = CounterKeys.of("d", List.of(new Entry("k", "x".repeat(300) + "\udcff")), Unit.SECOND, WINDOW);
        String two = CounterKeys.of("d", List.of(new Entry("k", "x".repeat(300) + "\udcfe")), Unit.SECOND, WINDOW);
        assertThat(one).hasSizeLessThan(80).isNotEqualTo(two);
    }

    @Test
    void aLongValueMakesMakesNoLongKeyAndStaysItsOwn() {
        String one = CounterKeys.of("d", List.of(new Entry("k", "x".repeat(60_000))), Unit.SECOND, WINDOW);
        String two = CounterKeys.of("d", List.of(new Entry("k", "x".repeat(60_001))), Unit.SECOND, WINDOW);
        assertThat(one).hasSizeLessThan(80).isNotEqualTo(two);
    }
}
