package dev.gatehouse.ratelimit.limit;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class UnitTest {
    @Property
    void everySecondIsInExactlyOneWindow(@ForAll Unit unit, @ForAll @LongRange(min = 0, max = 1L << 35) long second) {
        Window window = unit.window(second);
        assertThat(window.start()).isLessThanOrEqualTo(second);
        assertThat(window.end()).isGreaterThan(second).isEqualTo(window.start() + unit.seconds());
        assertThat(unit.window(window.start())).isEqualTo(window);
        assertThat(unit.window(window.end()).start()).isEqualTo(window.end());
    }

    @Test
    void windowsAreThoseOfEnvoyproxyRatelimit() {
        assertThat(Unit.WEEK.seconds()).isEqualTo(604_800);
        assertThat(Unit.MONTH.seconds()).isEqualTo(2_592_000);
        assertThat(Unit.YEAR.seconds()).isEqualTo(31_536_000);
        assertThat(Unit.MINUTE.window(119)).isEqualTo(new Window(60, 120));
    }
}
