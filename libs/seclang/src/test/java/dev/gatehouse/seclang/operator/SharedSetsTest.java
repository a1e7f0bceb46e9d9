package dev.gatehouse.seclang.operator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.seclang.bytes.ByteSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class SharedSetsTest {
    @Test
    void equalOperatorsInTheSameOrderShareOneSet() {
        List<Screening> operators = List.of(new HtmlInjection(), new ByteRange(ByteSet.of(0)));
        assertThat(Screening.together(operators))
                .isSameAs(Screening.together(List.of(new HtmlInjection(), new ByteRange(ByteSet.of(0)))))
                .isNotSameAs(Screening.together(operators.reversed()));
    }
}
