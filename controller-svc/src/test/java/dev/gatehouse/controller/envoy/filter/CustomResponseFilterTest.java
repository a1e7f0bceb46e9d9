package dev.gatehouse.controller.envoy.filter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class CustomResponseFilterTest {
    @Test
    void anExpressionMatchesTheStatusesOfARangeAndNoOther() {
        for (int[] range :
                new int[][] {{100, 999}, {400, 599}, {404, 512}, {500, 511}, {401, 402}, {199, 201}, {299, 700}}) {
            Pattern pattern = Pattern.compile(CustomResponseFilter.digits(range[0], range[1]));
            for (int status = 100; status <= 999; status++) {
                assertThat(pattern.matcher(Integer.toString(status)).matches())
                        .as("%s for %d to %d, status %d", pattern, range[0], range[1], status)
                        .isEqualTo(status >= range[0] && status <= range[1]);
            }
        }
    }
}
