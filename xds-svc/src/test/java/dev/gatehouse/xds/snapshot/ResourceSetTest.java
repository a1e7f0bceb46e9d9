package dev.gatehouse.xds.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Any;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ResourceSetTest {
    private static VersionedResource resource(String name, int version) {
        return VersionedResource.of(name, Integer.toString(version), Any.getDefaultInstance());
    }

    @Property(tries = 300)
    void aSetOfEditsIsTheMapOfTheSameEditsAndKnowsTheirNames(@ForAll long seed) {
        Random random = new Random(seed);
        Map<String, VersionedResource> map = new HashMap<>();
        ResourceSet set = ResourceSet.EMPTY;
        for (int i = 0; i < 40; i++) {
            ResourceSet before = set;
            Map<String, VersionedResource> mapBefore = Map.copyOf(map);
            int since = random.nextInt(5);
            for (int edits = 0; edits < since; edits++) {
                Map<String, Optional<VersionedResource>> changes = new HashMap<>();
                for (int n = random.nextInt(4); n >= 0; n--) {
                    String name = "r" + random.nextInt(30);
                    Optional<VersionedResource> now =
                            Optional.of(resource(name, random.nextInt(3))).filter(_ -> random.nextInt(3) > 0);
                    changes.put(name, now);
                    now.ifPresentOrElse(each -> map.put(name, each), () -> map.remove(name));
                }
                set = set.with(changes);
            }
            assertThat(set).containsExactlyInAnyOrderEntriesOf(map).hasSameSizeAs(map);
            assertThat(before).containsExactlyInAnyOrderEntriesOf(mapBefore);
            Set<String> changed = set.changesSince(before).orElseThrow();
            for (String name : Set.of("r0", "r1", "r2", "r29")) {
                assertThat(map.get(name))
                        .satisfiesAnyOf(
                                now -> assertThat(now).isEqualTo(mapBefore.get(name)),
                                _ -> assertThat(changed).contains(name));
            }
        }
    }

    @Test
    void anEditThatChangesNothingIsTheSameSet() {
        ResourceSet set = ResourceSet.of(List.of(resource("a", 1)));
        assertThat(set.with(Map.of("a", Optional.of(resource("a", 1)), "b", Optional.empty())))
                .isSameAs(set);
    }

    @Test
    void editsOfLongAgoAreForgotten() {
        ResourceSet first = ResourceSet.of(List.of(resource("a", 1)));
        ResourceSet last = first;
        for (int i = 0; i < 1_000; i++) {
            last = last.with(Map.of("b", Optional.of(resource("b", i))));
        }
        assertThat(last.changesSince(first)).isEmpty();
        assertThat(last.changesSince(last)).contains(Set.of());
        assertThat(first.changesSince(last)).isEmpty();
    }
}
