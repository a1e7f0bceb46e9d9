package dev.gatehouse.controller.envoy.filter;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gatewayapi.EnvoyProxySpec.FilterPosition;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class FilterOrderTest {
    private static final String PREFIX = "envoy.filters.http.";

    @Test
    void aFilterIsMovedBeforeOrAfterAnother() {
        assertThat(order("cors ext_authz ratelimit router", before("ratelimit", "cors")))
                .isEqualTo("ratelimit cors ext_authz router");
        assertThat(order("cors ext_authz ratelimit router", after("cors", "ratelimit")))
                .isEqualTo("ext_authz ratelimit cors router");
    }

    @Test
    void positionsAreAppliedOneAfterTheOther() {
        assertThat(order("a b c router", before("c", "a"), after("a", "b"))).isEqualTo("c b a router");
    }

    @Test
    void aNameIsEachFilterOfThatKindAndTheyStayTogether() {
        assertThat(order("cors ext_proc/one ext_proc/two router", after("cors", "ext_proc")))
                .isEqualTo("ext_proc/one ext_proc/two cors router");
        assertThat(order("cors ext_proc/one ext_proc/two router", before("ext_proc", "cors")))
                .isEqualTo("ext_proc/one ext_proc/two cors router");
    }

    @Test
    void whatIsNotThereMovesNothingAndTheRouterStaysTheLast() {
        assertThat(order("cors router", before("lua", "cors"))).isEqualTo("cors router");
        assertThat(order("cors router", before("cors", "lua"))).isEqualTo("cors router");
        assertThat(order("cors router", after("cors", "router"))).isEqualTo("cors router");
        assertThat(order("cors router", before("router", "cors"))).isEqualTo("cors router");
        assertThat(order("cors router", before("cors", "cors"))).isEqualTo("cors router");
    }

    private static FilterPosition before(String name, String anchor) {
        return new FilterPosition(PREFIX + name, true, PREFIX + anchor);
    }

    private static FilterPosition after(String name, String anchor) {
        return new FilterPosition(PREFIX + name, false, PREFIX + anchor);
    }

    private static String order(String filters, FilterPosition... positions) {
        List<HttpFilter> before = Stream.of(filters.split(" "))
                .map(name -> HttpFilter.newBuilder().setName(PREFIX + name).build())
                .toList();
        return String.join(
                " ",
                FilterOrder.apply(before, List.of(positions)).stream()
                        .map(filter -> filter.getName().substring(PREFIX.length()))
                        .toList());
    }
}
