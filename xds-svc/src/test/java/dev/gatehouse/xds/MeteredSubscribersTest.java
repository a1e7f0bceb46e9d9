package dev.gatehouse.xds;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.xds.view.Subscriber;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MeteredSubscribersTest {
    private static final String NAME = "gatehouse.xds.subscribers";

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final List<Subscriber> connected = new ArrayList<>();
    private final MeteredSubscribers subscribers = new MeteredSubscribers(() -> connected, () -> true, meters);

    @Test
    void aFleetWithoutProxiesIsSeen() {
        connected.add(proxy("shop/front", "1.40.0"));
        connected.add(proxy("shop/front", "1.40.0"));
        subscribers.refresh();
        assertThat(meters.get(NAME)
                        .tags("fleet", "shop/front", "version", "1.40.0")
                        .gauge()
                        .value())
                .isEqualTo(2);
        connected.clear();
        subscribers.refresh();
        assertThat(meters.get(NAME).tag("fleet", "shop/front").gauge().value()).isZero();
    }

    @Test
    void aVersionThatWasReplacedIsForgotten() {
        connected.add(proxy("shop/front", "1.39.0"));
        subscribers.refresh();
        connected.set(0, proxy("shop/front", "1.40.0"));
        subscribers.refresh();
        assertThat(meters.find(NAME).tag("version", "1.39.0").gauge()).isNull();
        assertThat(meters.get(NAME).tag("version", "1.40.0").gauge().value()).isEqualTo(1);
    }

    private static Subscriber proxy(String fleet, String version) {
        return new Subscriber(fleet, "node", version, "delta", Instant.EPOCH, List.of(), Optional.empty());
    }
}
