package dev.gatehouse.controller;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.controller.gateway.GatewayState;
import dev.gatehouse.controller.gateway.TableForm;
import dev.gatehouse.controller.status.FleetState;
import dev.gatehouse.controller.status.ObjectStatus;
import dev.gatehouse.controller.translate.Hold;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.controller.translate.Translator;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** The promise of the incremental translation: however the objects came to be what they are, the outcome is the same. */
class IncrementalPropertyTest {
    @Property(tries = 150)
    void theOutcomeDependsOnTheFinalObjectsAlone(
            @ForAll("folders") String folder, @ForAll("folders") String other, @ForAll long seed) throws IOException {
        List<Found<?>> objects = new ArrayList<>(objects(folder));
        objects.addAll(objects(other));
        Random random = new Random(seed);
        TableForm form = random.nextBoolean() ? TableForm.BY_HOST : TableForm.WHOLE;
        Translator incremental = translator(form);
        Map<ResourceId, Output> followed = new HashMap<>();
        Map<ObjectRef, ObjectStatus> followedStatuses = new HashMap<>();
        Map<ObjectRef, Found<?>> present = new TreeMap<>();
        Map<String, Change> said = new TreeMap<>();
        int steps = 2 * objects.size() + 5;
        for (int step = 0; step < steps; step++) {
            List<Change> changes = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                Found<?> each = objects.get(random.nextInt(objects.size()));
                if (present.containsKey(each.ref()) && random.nextInt(3) == 0) {
                    present.remove(each.ref());
                    changes.add(new Change.Remove(each.kind(), each.resource().key()));
                } else {
                    present.put(each.ref(), each);
                    changes.add(put(each));
                }
            }
            if (random.nextInt(3) == 0) {
                said(incremental, present, random).forEach((what, change) -> {
                    said.put(what, change);
                    changes.add(change);
                });
            }
            follow(incremental.apply(changes), followed, followedStatuses);
        }
        Translator fresh = translator(form);
        List<Change> all = new ArrayList<>(
                present.values().stream().map(IncrementalPropertyTest::put).toList());
        all.addAll(said.values());
        fresh.apply(all);

        assertThat(incremental.resources()).isEqualTo(fresh.resources());
        assertThat(incremental.statuses()).isEqualTo(fresh.statuses());
        assertThat(incremental.gateways()).isEqualTo(fresh.gateways());
        // Whoever follows the effects has the same as who looks at all.
        assertThat(followed).isEqualTo(fresh.resources());
        assertThat(followedStatuses).isEqualTo(fresh.statuses());
    }

    /** What proxies may say at a moment: of their configuration, of an object, and of what a route contributes. By what it is about. */
    private static Map<String, Change> said(Translator translator, Map<ObjectRef, Found<?>> present, Random random) {
        Map<String, Change> said = new TreeMap<>();
        for (GatewayState gateway : translator.gateways().values()) {
            Map<ObjectRef, String> refused = new HashMap<>();
            present.keySet().stream().filter(_ -> random.nextInt(8) == 0).forEach(ref -> refused.put(ref, "bad"));
            Map<ObjectRef, Long> reached = random.nextBoolean()
                    ? Map.of(ObjectRef.of(Kinds.GATEWAY, gateway.gateway().key()), (long) random.nextInt(2))
                    : Map.of();
            said.put(
                    "fleet " + gateway.fleet(),
                    new Change.Fleet(
                            gateway.fleet(),
                            new FleetState(random.nextInt(3), List.of(), List.of(), refused, reached)));
        }
        List<Output> outputs = List.copyOf(translator.resources().values());
        for (int i = 0; i < 2 && !outputs.isEmpty(); i++) {
            outputs.get(random.nextInt(outputs.size())).parts().forEach((part, fingerprint) -> {
                Hold.Form form = random.nextBoolean() ? Hold.Form.OMITTED : Hold.Form.LAST_GOOD;
                Optional<Hold> hold = Optional.of(new Hold(fingerprint, form)).filter(_ -> random.nextInt(3) > 0);
                said.put("part " + part, new Change.Held(part, hold));
            });
        }
        return said;
    }

    @Property(tries = 50)
    void whatIsAllRemovedLeavesNothingBehind(@ForAll("folders") String folder, @ForAll long seed) throws IOException {
        List<Found<?>> objects = new ArrayList<>(objects(folder));
        Translator translator = translator();
        translator.apply(objects.stream().map(IncrementalPropertyTest::put).toList());
        Collections.shuffle(objects, new Random(seed));
        for (Found<?> each : objects) {
            translator.apply(
                    List.of(new Change.Remove(each.kind(), each.resource().key())));
        }
        assertThat(translator.resources()).isEmpty();
        assertThat(translator.statuses()).isEmpty();
        assertThat(translator.gateways()).isEmpty();
    }

    @Property(tries = 50)
    void whatIsPutAgainUnchangedCostsNothing(@ForAll("folders") String folder, @ForAll long seed) throws IOException {
        List<Found<?>> objects = objects(folder);
        Translator translator = translator();
        translator.apply(objects.stream().map(IncrementalPropertyTest::put).toList());
        long before = translator.derivations();
        Map<ObjectRef, Found<?>> last = new TreeMap<>();
        objects.forEach(each -> last.put(each.ref(), each));
        Found<?> again = List.copyOf(last.values()).get(new Random(seed).nextInt(last.size()));
        Translator.Effect effect = translator.apply(List.of(put(again)));
        assertThat(effect.resources()).isEmpty();
        assertThat(effect.statuses()).isEmpty();
        assertThat(translator.derivations()).isEqualTo(before);
    }

    @Provide
    Arbitrary<String> folders() {
        return Arbitraries.of(
                Golden.folders().stream().map(each -> each.path().toString()).toList());
    }

    /** The folder's objects, and each once more as an edit changes it. */
    private static List<Found<?>> objects(String folder) throws IOException {
        String text = Files.readString(Path.of(folder, "in.yaml"));
        List<Found<?>> objects =
                new ArrayList<>(ResourceReader.read("in.yaml", text).found());
        objects.addAll(ResourceReader.read("classes.yaml", """
                        apiVersion: gateway.networking.k8s.io/v1
                        kind: GatewayClass
                        metadata: {name: teg}
                        spec: {controllerName: gatehouse.dev/gatewayclass-controller}
                        """).found());
        objects.addAll(variants(text));
        return objects;
    }

    private static List<Found<?>> variants(String text) {
        String edited = text.replace("port: 80\n", "port: 81\n")
                .replace("weight: 1", "weight: 7")
                .replace("type: PathPrefix", "type: Exact")
                .replace("example.com", "example.org");
        return ResourceReader.read("edited.yaml", edited).found();
    }

    private static Change put(Found<?> found) {
        return new Change.Put(found.kind(), found.resource());
    }

    private static Translator translator() {
        return translator(TableForm.BY_HOST);
    }

    private static Translator translator(TableForm form) {
        return new Translator(Golden.settings().with(form), (collection, key, failure) -> {
            throw new AssertionError("translating " + collection + " of " + key + " failed", failure);
        });
    }

    private static void follow(
            Translator.Effect effect, Map<ResourceId, Output> resources, Map<ObjectRef, ObjectStatus> statuses) {
        effect.resources().forEach((id, output) -> set(resources, id, output));
        effect.statuses().forEach((ref, status) -> set(statuses, ref, status));
    }

    private static <K, V> void set(Map<K, V> map, K key, Optional<V> value) {
        if (value.isPresent()) {
            map.put(key, value.get());
        } else {
            map.remove(key);
        }
    }
}
