package dev.gatehouse.ratelimit.descriptor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.ratelimit.limit.Unit;
import dev.gatehouse.ratelimit.limit.Window;
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
        assertThat(one.key().equals(other.key())).isEqualTo(one.equals(other));
    }

    /** Few characters, those that a format could stumble on: collisions would be found. */
    @Provide
    Arbitrary<Named> named() {
        Arbitrary<String> text = Arbitraries.strings().withChars("a1:_#s").ofMaxLength(3);
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
    void aLongValueMakesNoLongKeyAndStaysItsOwn() {
        String one = CounterKeys.of("d", List.of(new Entry("k", "x".repeat(60_000))), Unit.SECOND, WINDOW);
        String two = CounterKeys.of("d", List.of(new Entry("k", "x".repeat(60_001))), Unit.SECOND, WINDOW);
        assertThat(one).hasSizeLessThan(80).isNotEqualTo(two);
    }
}
