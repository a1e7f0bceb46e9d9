package dev.gatehouse.xds.stream;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import dev.gatehouse.xds.snapshot.ResourceSet;
import dev.gatehouse.xds.snapshot.VersionedResource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HoldingsTest {
    private static final int NAMES = 300;

    /** Whatever it shares, and however often, it says what a map would. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void saysWhatAMapWould(long seed) {
        Random random = new Random(seed);
        Holdings holdings = new Holdings();
        Map<String, String> model = new HashMap<>();
        ResourceSet target = target(random, ResourceSet.EMPTY, NAMES / 2);
        for (int step = 0; step < 3_000; step++) {
            String name = "name-" + random.nextInt(NAMES);
            switch (random.nextInt(200)) {
                case 0 -> {
                    Set<String> kept = some(random);
                    holdings.retain(kept);
                    model.keySet().retainAll(kept);
                }
                case 1 -> {
                    Set<String> gone = some(random);
                    holdings.removeIf(gone::contains);
                    model.keySet().removeAll(gone);
                }
                case 2, 3, 4 -> target = target(random, target, random.nextInt(NAMES));
                default -> {
                    if (random.nextInt(4) == 0) {
                        assertThat(holdings.remove(name)).isEqualTo(model.remove(name) != null);
                    } else {
                        VersionedResource resource = target.get(name);
                        String version = resource == null || random.nextInt(5) == 0 ? "own" : resource.version();
                        holdings.put(name, version);
                        model.put(name, version);
                    }
                }
            }
            holdings.share(target);
            assertThat(holdings.size()).isEqualTo(model.size());
            assertThat(holdings.isEmpty()).isEqualTo(model.isEmpty());
            assertThat(holdings.version(name)).isEqualTo(model.get(name));
            if (step % 50 == 0) {
                assertThat(holdings.names()).containsExactlyInAnyOrderElementsOf(model.keySet());
                model.forEach(
                        (each, version) -> assertThat(holdings.version(each)).isEqualTo(version));
            }
        }
    }

    @Test
    void keepsNothingOfItsOwnOnceItHasTheTarget() {
        ResourceSet target = target(new Random(1), ResourceSet.EMPTY, NAMES);
        Holdings holdings = new Holdings();
        // Texts of its own, as a request brings them.
        target.values().forEach(each -> holdings.put(new String(each.name()), new String(each.version())));
        holdings.share(target);
        target.values()
                .forEach(each -> assertThat(holdings.version(each.name())).isSameAs(each.version()));
        assertThat(holdings.names().toList())
                .usingElementComparator((one, other) -> one == other ? 0 : 1)
                .containsExactlyInAnyOrderElementsOf(target.keySet());
    }

    private static Set<String> some(Random random) {
        return IntStream.range(0, NAMES)
                .filter(each -> random.nextInt(3) == 0)
                .mapToObj(each -> "name-" + each)
                .collect(Collectors.toSet());
    }

    private static ResourceSet target(Random random, ResourceSet before, int changes) {
        Map<String, Optional<VersionedResource>> edit = new HashMap<>();
        List<Integer> names = random.ints(changes, 0, NAMES).boxed().toList();
        for (int name : changes == NAMES ? IntStream.range(0, NAMES).boxed().toList() : names) {
            String text = "name-" + name;
            boolean goes = changes < NAMES && random.nextInt(4) == 0;
            edit.put(
                    text,
                    goes
                            ? Optional.empty()
                            : Optional.of(
                                    VersionedResource.of(text, "v" + random.nextInt(5), Any.getDefaultInstance())));
        }
        return before.with(edit);
    }
}
