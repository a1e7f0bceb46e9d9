package dev.gatehouse.collections;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class GraphTest {
    private final List<String> failures = new ArrayList<>();
    private final Graph graph = new Graph((_, collection, key, e) -> failures.add(collection.name() + "/" + key));

    @Test
    void aChangeRecomputesOnlyWhatReadIt() {
        Source<String, String> services = graph.source("services");
        Source<String, String> routes = graph.source("routes");
        List<String> ran = new ArrayList<>();
        Collection<String, String> resolved = graph.map("resolved", routes, (reads, key, service) -> {
            ran.add(key);
            return reads.get(services, service);
        });
        graph.transact(w -> {
            w.put(services, "s1", "10.0.0.1");
            w.put(services, "s2", "10.0.0.2");
            w.put(routes, "a", "s1");
            w.put(routes, "b", "s2");
            w.put(routes, "c", "missing");
        });
        assertThat(resolved.entries()).isEqualTo(Map.of("a", "10.0.0.1", "b", "10.0.0.2"));
        ran.clear();

        graph.transact(w -> w.put(services, "s2", "10.0.0.9"));
        assertThat(ran).containsExactly("b");
        assertThat(resolved.changed()).containsExactly("b");

        ran.clear();
        graph.transact(w -> w.put(services, "missing", "10.0.0.3"));
        assertThat(ran).containsExactly("c");
        assertThat(resolved.get("c")).contains("10.0.0.3");
    }

    @Test
    void aDerivationThatReadsWhatIsMadeAfterItFails() {
        Source<String, String> source = graph.source("source");
        List<Collection<String, String>> later = new ArrayList<>();
        graph.map("early", source, (reads, key, _) -> reads.get(later.getFirst(), key));
        later.add(graph.map("late", source, (_, _, value) -> Optional.of(value)));
        graph.transact(w -> w.put(source, "a", "1"));
        assertThat(failures).containsExactly("early/a");
    }

    @Test
    void anUnchangedResultStopsTheWave() {
        Source<String, Integer> numbers = graph.source("numbers");
        Collection<String, Boolean> even = graph.map("even", numbers, (_, _, n) -> Optional.of(n % 2 == 0));
        List<String> ran = new ArrayList<>();
        Collection<String, String> text = graph.map("text", even, (_, key, e) -> {
            ran.add(key);
            return Optional.of(e.toString());
        });
        graph.transact(w -> w.put(numbers, "n", 2));
        ran.clear();
        graph.transact(w -> w.put(numbers, "n", 4));
        assertThat(ran).isEmpty();
        assertThat(text.get("n")).contains("true");
        assertThat(even.changed()).isEmpty();
    }

    @Test
    void whatManyInputsProduceStaysUntilTheLastOfThemIsGone() {
        Source<String, String> routes = graph.source("routes");
        Collection<String, String> clusters =
                graph.expand("clusters", routes, (_, key, service) -> Map.of(service, "from " + key));
        graph.transact(w -> {
            w.put(routes, "b", "s");
            w.put(routes, "a", "s");
        });
        assertThat(clusters.get("s")).contains("from a");
        graph.transact(w -> w.remove(routes, "a"));
        assertThat(clusters.get("s")).contains("from b");
        graph.transact(w -> w.put(routes, "b", "other"));
        assertThat(clusters.entries()).isEqualTo(Map.of("other", "from b"));
    }

    @Test
    void aDerivationThatThrowsKeepsItsLastGoodOutputAndTheRestGoesOn() {
        Source<String, Integer> numbers = graph.source("numbers");
        Collection<String, Integer> inverse = graph.map("inverse", numbers, (_, _, n) -> Optional.of(100 / n));
        graph.transact(w -> {
            w.put(numbers, "a", 10);
            w.put(numbers, "b", 20);
        });
        graph.transact(w -> {
            w.put(numbers, "a", 0);
            w.put(numbers, "b", 50);
        });
        assertThat(inverse.entries()).isEqualTo(Map.of("a", 10, "b", 2));
        assertThat(failures).containsExactly("inverse/a");
    }

    @Test
    void anIndexFollowsItsMembers() {
        Source<String, Set<String>> routes = graph.source("routes");
        Collection<String, SortedMap<String, Set<String>>> byGateway =
                graph.group("byGateway", routes, (_, gateways) -> gateways);
        graph.transact(w -> {
            w.put(routes, "r1", Set.of("g1", "g2"));
            w.put(routes, "r2", Set.of("g1"));
        });
        assertThat(byGateway.get("g1").orElseThrow().keySet()).containsExactly("r1", "r2");
        graph.transact(w -> w.put(routes, "r1", Set.of("g3")));
        assertThat(byGateway.entries().keySet()).containsExactlyInAnyOrder("g1", "g3");
        assertThat(byGateway.changed()).containsExactlyInAnyOrder("g1", "g2", "g3");
    }

    @Test
    void readingEverythingDependsOnEverything() {
        Source<String, Integer> numbers = graph.source("numbers");
        Source<String, String> questions = graph.source("questions");
        Collection<String, Integer> sums = graph.map(
                "sums",
                questions,
                (reads, _, _) -> Optional.of(reads.all(numbers).values().stream()
                        .mapToInt(Integer::intValue)
                        .sum()));
        graph.transact(w -> w.put(questions, "sum", "?"));
        graph.transact(w -> w.put(numbers, "x", 4));
        graph.transact(w -> w.put(numbers, "y", 5));
        assertThat(sums.get("sum")).contains(9);
    }

    /** Whatever the order of changes, the graph ends where a fresh one fed with the final state ends. */
    @Property(tries = 200)
    void incrementalEqualsFromScratch(@ForAll long seed) {
        Random random = new Random(seed);
        World incremental = new World();
        Map<Integer, Integer> routes = new HashMap<>();
        Map<Integer, Integer> services = new HashMap<>();
        for (int step = 0; step < 30; step++) {
            boolean route = random.nextBoolean();
            int key = random.nextInt(6);
            boolean remove = random.nextInt(3) == 0;
            int value = random.nextInt(4);
            Map<Integer, Integer> state = route ? routes : services;
            Source<Integer, Integer> source = route ? incremental.routes : incremental.services;
            if (remove) {
                state.remove(key);
            } else {
                state.put(key, value);
            }
            incremental.graph.transact(w -> {
                if (remove) {
                    w.remove(source, key);
                } else {
                    w.put(source, key, value);
                }
            });
        }
        World fresh = new World();
        fresh.graph.transact(w -> {
            routes.forEach((k, v) -> w.put(fresh.routes, k, v));
            services.forEach((k, v) -> w.put(fresh.services, k, v));
        });
        assertThat(incremental.clusters.entries()).isEqualTo(fresh.clusters.entries());
        assertThat(incremental.table.entries()).isEqualTo(fresh.table.entries());
    }

    private static final class World {
        final Graph graph = new Graph((_, _, _, e) -> {
            throw new AssertionError(e);
        });
        final Source<Integer, Integer> services = graph.source("services");
        final Source<Integer, Integer> routes = graph.source("routes");
        final Collection<Integer, String> clusters = graph.expand(
                "clusters",
                routes,
                (reads, key, service) -> Map.of(service, "first " + key + " " + reads.get(services, service)));
        final Collection<Integer, SortedMap<Integer, Integer>> byService =
                graph.group("byService", routes, (_, service) -> Set.of(service));
        final Collection<Integer, String> table = graph.map(
                "table", services, (reads, key, value) -> Optional.of(value + " " + reads.get(byService, key)));
    }
}
