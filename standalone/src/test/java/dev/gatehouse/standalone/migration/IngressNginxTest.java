package dev.gatehouse.standalone.migration;

import static dev.gatehouse.standalone.imports.WrittenObjects.ordered;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class IngressNginxTest {
    private static Map<String, Object> rule(int matches) {
        return ordered("matches", Collections.nCopies(matches, Map.of()));
    }

    @Test
    void anHttpRouteHasAtMost16RulesAnd128Matches() {
        List<Map<String, Object>> rules = new ArrayList<>(Collections.nCopies(17, rule(1)));
        assertThat(IngressNginx.parts(rules)).extracting(List::size).containsExactly(16, 1);
        rules.addAll(List.of(rule(64), rule(63), rule(64), rule(64), rule(1)));
        assertThat(IngressNginx.parts(rules)).extracting(List::size).containsExactly(16, 3, 2, 1);
        assertThat(IngressNginx.parts(List.of())).isEmpty();
    }
}
