package dev.gatehouse.controller.publish;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.controller.envoy.ListenerResources.PortKey;
import dev.gatehouse.controller.extensionserver.HookContext;
import dev.gatehouse.controller.gateway.ListenerKey;
import dev.gatehouse.controller.translate.BindingKey;
import dev.gatehouse.controller.translate.Clues;
import dev.gatehouse.controller.translate.Hold;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.controller.translate.OutputPart;
import dev.gatehouse.controller.translate.PatchPart;
import dev.gatehouse.controller.translate.PolicyPart;
import dev.gatehouse.controller.translate.RoutePart;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.Kinds;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ObjectRef;
import io.envoyproxy.envoy.config.cluster.v3.Cluster;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class QuarantineTest {
    private static final String FLEET = "default/gw";

    /** Stands for the form that proxies accepted last. */
    private static final int LAST_GOOD = Integer.MIN_VALUE;

    /** A translation of tables that are lists of numbers, and a proxy that refuses some numbers. */
    private static final class World {
        final Quarantine quarantine = new Quarantine(Set.of("gatehouse/waf"));
        final Map<ResourceId, Map<RoutePart, Integer>> tables = new HashMap<>();
        final Map<ResourceId, Integer> clusters = new HashMap<>();
        final Set<Integer> bad = new HashSet<>();
        /** Those of them that are refused even where they are answered by 500. */
        final Set<Integer> badInMatch = new HashSet<>();

        /** Patches of tables and clusters, each a number too. */
        final Map<ResourceId, Map<PatchPart, Integer>> patches = new HashMap<>();

        final Map<OutputPart, Hold> held = new HashMap<>();
        final Map<OutputPart, Integer> lastGood = new HashMap<>();
        /** What the proxy has: the numbers in each table as they are. */
        final Map<ResourceId, Set<Integer>> inForce = new HashMap<>();

        /** What the proxy refused last, and was not sent another version of since. */
        final Set<ResourceId> refused = new HashSet<>();

        /** What the proxy said, and was not delivered yet. */
        final Queue<DataPlaneReport> reports = new ArrayDeque<>();

        /** What is in front of every policy of a listener, and what policies add. */
        final Map<ResourceId, Integer> listeners = new HashMap<>();

        final Map<ResourceId, Map<PolicyPart, Integer>> policies = new HashMap<>();

        /** What proxies accept once, and refuse when they get it again with something else. */
        final Set<Integer> badAgain = new HashSet<>();

        /** What of that they have refused. */
        private final Set<Integer> worn = new HashSet<>();

        final Map<ResourceId, Optional<Output>> translated = new HashMap<>();
        final Map<ResourceId, Optional<Message>> sent = new HashMap<>();
        /** Whether there is another proxy, which refuses everything. */
        private boolean naysayer;

        /** The fewest parts of a resource that the proxy had at a time as they are, or in their last good form. */
        int least = Integer.MAX_VALUE;

        long offset;
        int rounds;

        static ResourceId table(int table) {
            return new ResourceId(FLEET, TypeUrls.ROUTES, "table-" + table);
        }

        static RoutePart binding(ResourceId table, int route) {
            return RoutePart.whole(new BindingKey(
                    new ListenerKey(
                            new ObjectKey("default", "gw"),
                            ObjectRef.of(Kinds.GATEWAY, new ObjectKey("default", "gw")),
                            table.name()),
                    new ObjectRef("HTTPRoute", "default", "route-" + route)));
        }

        World() {
            connected("node");
        }

        void addNaysayer() {
            naysayer = true;
            connected("naysayer");
        }

        private void connected(String node) {
            quarantine.take(DataPlaneReport.newBuilder()
                    .setFleet(FLEET)
                    .setNodeId(node)
                    .setConnected(DataPlaneReport.Connected.getDefaultInstance())
                    .build());
        }

        void put(int table, int route, int value) {
            tables.computeIfAbsent(table(table), _ -> new HashMap<>()).put(binding(table(table), route), value);
        }

        /** What stands for a number that is answered with 500. */
        static int closed(int value) {
            return -1 - value;
        }

        private boolean isRefused(int published) {
            if (worn.contains(published)) {
                return true;
            }
            if (published == LAST_GOOD) {
                return false;
            }
            return published < 0 ? badInMatch.contains(closed(published)) : bad.contains(published);
        }

        void addBad(int value, Random random) {
            bad.add(value);
            if (random.nextBoolean()) {
                badInMatch.add(value);
            }
        }

        Output translated(ResourceId id) {
            Map<OutputPart, Integer> parts = new HashMap<>();
            Set<OutputPart> back = new HashSet<>();
            Set<Integer> published = new HashSet<>();
            tables.getOrDefault(id, Map.of()).forEach((key, value) -> {
                Hold hold = held.get(key);
                if (hold != null && hold.fingerprint() == value) {
                    back.add(key);
                    if (hold.form() == Hold.Form.LAST_GOOD) {
                        published.add(lastGood.getOrDefault(key, value).equals(value) ? closed(value) : LAST_GOOD);
                    }
                } else {
                    parts.put(key, value);
                    published.add(value);
                }
            });
            published.addAll(patched(id, parts, back));
            return new Output(
                    RouteConfiguration.newBuilder()
                            .setName(id.name())
                            .addAllInternalOnlyHeaders(published.stream()
                                    .sorted()
                                    .map(String::valueOf)
                                    .toList())
                            .build(),
                    false,
                    Set.of(),
                    parts,
                    back);
        }

        private Set<Integer> patched(ResourceId id, Map<OutputPart, Integer> parts, Set<OutputPart> back) {
            Set<Integer> published = new HashSet<>();
            patches.getOrDefault(id, Map.of()).forEach((key, value) -> {
                Hold hold = held.get(key);
                if (hold != null && hold.fingerprint() == value) {
                    back.add(key);
                } else {
                    parts.put(key, value);
                    published.add(value);
                }
            });
            return published;
        }

        void patch(ResourceId id, int policy, int value) {
            patches.computeIfAbsent(id, _ -> new HashMap<>())
                    .put(new PatchPart(id, new ObjectKey("default", "patch-" + policy), 0), value);
        }

        private Output cluster(ResourceId id, int value) {
            Map<OutputPart, Integer> parts = new HashMap<>();
            Set<OutputPart> back = new HashSet<>();
            Cluster own = Cluster.newBuilder().setName(id.name() + "=" + value).build();
            Set<Integer> published = patched(id, parts, back);
            return new Output(
                    own.toBuilder().setAltStatName(text(published)).build(),
                    false,
                    Set.of(new ObjectRef("Backend", "default", id.name())),
                    parts,
                    back,
                    Optional.of(own),
                    HookContext.NONE,
                    Clues.NONE);
        }

        void policy(ResourceId listener, int policy, int value) {
            policies.computeIfAbsent(listener, _ -> new HashMap<>()).put(policy(policy), value);
        }

        static PolicyPart policy(int policy) {
            return new PolicyPart(
                    new PortKey(FLEET, 80, false), new ObjectRef("SecurityPolicy", "default", "policy-" + policy));
        }

        /** What a policy that is held back has no settings for is closed, which the listener does not show. */
        private Output listener(ResourceId id, int value) {
            Map<OutputPart, Integer> parts = new HashMap<>();
            Map<OutputPart, Set<String>> names = new HashMap<>();
            Set<OutputPart> back = new HashSet<>();
            Set<Integer> published = new HashSet<>(Set.of(value));
            policies.getOrDefault(id, Map.of()).forEach((key, each) -> {
                Hold hold = held.get(key);
                if (hold == null || hold.fingerprint() != each) {
                    parts.put(key, each);
                    names.put(key, Set.of("extension-" + each));
                    published.add(each);
                } else {
                    back.add(key);
                    Optional.ofNullable(lastGood.get(key))
                            .filter(good -> !good.equals(each) && hold.form() == Hold.Form.LAST_GOOD)
                            .ifPresent(good -> {
                                published.add(good);
                                names.put(key, Set.of("extension-" + good));
                            });
                }
            });
            return new Output(
                    Listener.newBuilder()
                            .setName(id.name())
                            .setStatPrefix(text(published))
                            .build(),
                    false,
                    Set.of(new ObjectRef("Gateway", "default", id.name())),
                    parts,
                    back,
                    Optional.empty(),
                    HookContext.NONE,
                    new Clues(OptionalInt.of(value), names));
        }

        private static String text(Set<Integer> values) {
            return values.stream().sorted().map(String::valueOf).collect(Collectors.joining(","));
        }

        /** Publishes and answers until there is nothing left to say. */
        void settle() {
            for (int quiet = 0; quiet < 3; ) {
                assertThat(rounds++).isLessThan(2000);
                deliver(reports.size());
                quiet = publish() || !reports.isEmpty() ? 0 : quiet + 1;
                settled();
                deliver(reports.size());
            }
        }

        /** As {@link #settle}, but for some rounds only, and with answers that come late. */
        void proceed(Random random) {
            for (int round = random.nextInt(6); round > 0; round--) {
                rounds++;
                publish();
                if (random.nextBoolean()) {
                    settled();
                }
                deliver(random.nextInt(reports.size() + 1));
            }
        }

        private void deliver(int count) {
            for (int i = 0; i < count; i++) {
                quarantine.take(reports.remove());
            }
        }

        /** Translates and publishes; whether something was to be published. */
        private boolean publish() {
            for (Change change : quarantine.changes()) {
                if (change instanceof Change.Held each) {
                    each.hold().ifPresentOrElse(h -> held.put(each.part(), h), () -> held.remove(each.part()));
                }
                if (change instanceof Change.Accepted each) {
                    lastGood.put(each.part(), each.fingerprint());
                }
                if (change instanceof Change.Withdrawn each) {
                    lastGood.remove(each.part());
                }
            }
            Map<ResourceId, Optional<Output>> wanted = new HashMap<>();
            tables.keySet().forEach(id -> wanted.put(id, Optional.of(translated(id))));
            clusters.forEach((id, value) -> wanted.put(id, Optional.of(cluster(id, value))));
            listeners.forEach((id, value) -> wanted.put(id, Optional.of(listener(id, value))));
            // Only what is not as before is translated anew.
            wanted.entrySet()
                    .removeIf(entry -> entry.getValue().equals(translated.put(entry.getKey(), entry.getValue())));
            Map<ResourceId, Optional<Output>> passed = quarantine.pass(wanted);
            if (passed.isEmpty()) {
                return false;
            }
            // As the publisher: what has the content that it had is not sent.
            Map<ResourceId, Optional<Message>> news = new HashMap<>();
            passed.forEach((id, output) -> news.put(id, output.map(Output::message)));
            news.entrySet().removeIf(entry -> entry.getValue().equals(sent.put(entry.getKey(), entry.getValue())));
            if (!news.isEmpty()) {
                offset++;
            }
            quarantine.published(passed, news.isEmpty() ? Map.of() : Map.of(FLEET, new Position("epoch", offset)));
            // What has gone is refused no longer.
            refused.removeIf(id -> news.containsKey(id) && news.get(id).isEmpty());
            news.forEach((id, message) -> message.ifPresent(each -> answer(id, each)));
            return true;
        }

        /** What the proxies say when they have answered everything. */
        private void settled() {
            if (naysayer) {
                reports.add(DataPlaneReport.newBuilder()
                        .setFleet(FLEET)
                        .setNodeId("naysayer")
                        .setSettled(DataPlaneReport.Settled.newBuilder()
                                .setEpoch("epoch")
                                .setOffset(offset)
                                .addAllRefused(sent.keySet().stream()
                                        .map(id -> DataPlaneReport.Resource.newBuilder()
                                                .setTypeUrl(id.typeUrl())
                                                .setName(id.name())
                                                .build())
                                        .toList()))
                        .build());
            }
            if (refused.isEmpty()) {
                reports.add(DataPlaneReport.newBuilder()
                        .setFleet(FLEET)
                        .setNodeId("node")
                        .setApplied(DataPlaneReport.Applied.newBuilder()
                                .setEpoch("epoch")
                                .setOffset(offset))
                        .build());
            } else {
                reports.add(DataPlaneReport.newBuilder()
                        .setFleet(FLEET)
                        .setNodeId("node")
                        .setSettled(DataPlaneReport.Settled.newBuilder()
                                .setEpoch("epoch")
                                .setOffset(offset)
                                .addAllRefused(refused.stream()
                                        .map(id -> DataPlaneReport.Resource.newBuilder()
                                                .setTypeUrl(id.typeUrl())
                                                .setName(id.name())
                                                .build())
                                        .toList()))
                        .build());
            }
        }

        /** As Envoy: all of a resource or none; a refusal names the resource. */
        private void answer(ResourceId id, Message message) {
            // One of the two is first.
            if (naysayer && offset % 2 == 0) {
                refuse("naysayer", id, "it is bad");
            }
            answerAsIs(id, message);
            if (naysayer && offset % 2 == 1) {
                refuse("naysayer", id, "it is bad");
            }
        }

        private void answerAsIs(ResourceId id, Message message) {
            List<String> texts = switch (message) {
                case Cluster cluster ->
                    List.of((cluster.getName().replaceAll(".*=", "") + "," + cluster.getAltStatName()).split(","));
                case Listener listener -> List.of(listener.getStatPrefix().split(","));
                default -> ((RouteConfiguration) message).getInternalOnlyHeadersList();
            };
            Set<Integer> values = texts.stream().map(Integer::parseInt).collect(Collectors.toSet());
            if (!values.equals(inForce.get(id))) {
                values.stream()
                        .filter(value -> badAgain.contains(value)
                                && inForce.getOrDefault(id, Set.of()).contains(value))
                        .findFirst()
                        .ifPresent(worn::add);
            }
            if (values.equals(inForce.get(id)) || values.stream().noneMatch(this::isRefused)) {
                refused.remove(id);
                least = Math.min(least, (int) values.stream()
                        .filter(value -> value >= 0 || value == LAST_GOOD)
                        .count());
                inForce.put(id, values.stream().filter(value -> value >= 0).collect(Collectors.toSet()));
                return;
            }
            refused.add(id);
            refuse("node", id, message(values));
        }

        private void refuse(String node, ResourceId id, String message) {
            reports.add(DataPlaneReport.newBuilder()
                    .setFleet(FLEET)
                    .setNodeId(node)
                    .setRejected(DataPlaneReport.Rejected.newBuilder()
                            .setEpoch("epoch")
                            .setOffset(offset)
                            .setTypeUrl(id.typeUrl())
                            .addResources(id.name())
                            .setMessage(message))
                    .build());
        }

        /** As Envoy: some messages name what they are about. */
        private String message(Set<Integer> values) {
            return values.stream()
                    .filter(value -> worn.contains(value) || bad.contains(value) && value % 2 == 0)
                    .findFirst()
                    .map(value -> "Error adding listener: cannot create extension-" + value)
                    .orElse("it is bad");
        }

        void assertIsolated() {
            tables.forEach((id, routes) -> {
                Set<Integer> wanted = routes.values().stream()
                        .filter(value -> !bad.contains(value))
                        .collect(Collectors.toSet());
                wanted.addAll(goodPatches(id));
                assertThat(inForce.get(id)).describedAs("%s", id).isEqualTo(wanted);
            });
            Set<ObjectRef> culprits = new HashSet<>();
            tables.values()
                    .forEach(routes -> routes.forEach((key, value) -> {
                        if (bad.contains(value)) {
                            culprits.add(key.owner());
                        }
                    }));
            clusters.forEach((id, value) -> {
                if (bad.contains(value)) {
                    culprits.add(new ObjectRef("Backend", "default", id.name()));
                }
            });
            listeners.forEach((id, value) -> {
                Map<PolicyPart, Integer> all = policies.getOrDefault(id, Map.of());
                Set<Integer> wanted = all.values().stream()
                        .filter(each -> !bad.contains(each) && !worn.contains(each))
                        .collect(Collectors.toSet());
                wanted.add(value);
                assertThat(inForce.get(id)).describedAs("%s", id).containsAll(wanted);
                assertThat(inForce.get(id)).describedAs("%s", id).noneMatch(bad::contains);
            });
            policies.values()
                    .forEach(each -> each.forEach((key, value) -> {
                        if (bad.contains(value)) {
                            culprits.add(key.owner());
                        }
                    }));
            patches.values()
                    .forEach(each -> each.forEach((key, value) -> {
                        if (bad.contains(value)) {
                            culprits.add(key.owner());
                        }
                    }));
            Set<ObjectRef> named = new HashSet<>(quarantine.rejections(FLEET).keySet());
            // What proxies have already may be in force still.
            policies.values()
                    .forEach(each -> each.forEach((key, value) -> {
                        if (worn.contains(value)) {
                            named.remove(key.owner());
                        }
                    }));
            assertThat(named).isEqualTo(culprits);
        }

        private Set<Integer> goodPatches(ResourceId id) {
            return patches.getOrDefault(id, Map.of()).values().stream()
                    .filter(value -> !bad.contains(value))
                    .collect(Collectors.toSet());
        }
    }

    @Property(tries = 200)
    void whatIsRefusedIsFoundAndAllElseIsInForce(@ForAll long seed) {
        Random random = new Random(seed);
        World world = new World();
        int tables = 1 + random.nextInt(3);
        if (random.nextInt(3) == 0) {
            world.addNaysayer();
        }
        for (int route = 0; route < 60; route++) {
            world.put(random.nextInt(tables), route, route);
        }
        int culprits = random.nextInt(5);
        for (int i = 0; i < culprits; i++) {
            world.addBad(random.nextInt(60), random);
        }
        world.settle();
        world.assertIsolated();
        for (int edit = 0; edit < 10; edit++) {
            int value = 1000 + edit;
            if (random.nextInt(3) == 0) {
                world.addBad(value, random);
            }
            Map<RoutePart, Integer> table = world.tables.get(World.table(random.nextInt(tables)));
            if (table == null || table.isEmpty()) {
                continue;
            }
            RoutePart key = List.copyOf(table.keySet()).get(random.nextInt(table.size()));
            if (random.nextInt(4) == 0) {
                table.remove(key);
            } else {
                table.put(key, value);
            }
            if (random.nextBoolean()) {
                world.settle();
                world.assertIsolated();
            }
        }
        world.settle();
        world.assertIsolated();
    }

    /** Edits do not wait for the end of a search, and what is broken is often mended or deleted as soon as it is named. */
    @Property(tries = 2000)
    void editsInTheMiddleOfASearchLeaveNothingHeldBack(@ForAll long seed) {
        Random random = new Random(seed);
        World world = new World();
        int tables = 1 + random.nextInt(3);
        if (random.nextInt(3) == 0) {
            world.addNaysayer();
        }
        for (int route = 0; route < 8; route++) {
            world.put(random.nextInt(tables), route, route);
        }
        if (random.nextBoolean()) {
            world.settle();
        }
        for (int edit = 0; edit < 20; edit++) {
            int value = 1000 + edit;
            if (random.nextInt(3) == 0) {
                world.addBad(value, random);
            }
            int table = random.nextInt(tables);
            int route = random.nextInt(8);
            Optional<Map<RoutePart, Integer>> routes = Optional.ofNullable(world.tables.get(World.table(table)));
            if (random.nextInt(3) == 0) {
                routes.ifPresent(each -> each.remove(World.binding(World.table(table), route)));
            } else {
                world.put(table, route, value);
            }
            world.proceed(random);
        }
        world.settle();
        world.assertIsolated();
    }

    @Test
    void anEditThatIsRefusedCostsOneRoundAndItsOwnerOnly() {
        World world = new World();
        for (int route = 0; route < 5000; route++) {
            world.put(0, route, route);
        }
        world.settle();
        world.bad.add(9999);
        world.put(0, 7, 9999);
        world.rounds = 0;
        world.settle();
        world.assertIsolated();
        assertThat(world.rounds).isLessThanOrEqualTo(5);
        world.put(0, 7, 7);
        world.settle();
        assertThat(world.quarantine.rejections(FLEET)).isEmpty();
    }

    @Test
    void aProxyThatRefusesEverythingHoldsNobodyBack() {
        World world = new World();
        for (int route = 0; route < 20; route++) {
            world.put(route % 2, route, route);
        }
        world.settle();
        world.addNaysayer();
        world.put(0, 2, 100);
        world.settle();
        world.assertIsolated();
        world.bad.add(200);
        world.put(0, 4, 200);
        world.put(1, 3, 101);
        world.settle();
        world.assertIsolated();
        assertThat(world.least).isEqualTo(10);
    }

    @Test
    void aProxyThatRefusesEverythingIsHeardWhenItIsAlone() {
        World world = new World();
        world.put(0, 1, 1);
        world.settle();
        world.addNaysayer();
        world.put(0, 1, 2);
        world.settle();
        world.quarantine.take(DataPlaneReport.newBuilder()
                .setFleet(FLEET)
                .setNodeId("node")
                .setDisconnected(DataPlaneReport.Disconnected.getDefaultInstance())
                .build());
        world.bad.add(3);
        world.put(0, 1, 3);
        world.publish();
        world.deliver(world.reports.size());
        assertThat(world.quarantine.rejections(FLEET)).hasSize(1);
    }

    @Test
    void oneOfFiveThousandIsFoundFromNothing() {
        World world = new World();
        for (int route = 0; route < 5000; route++) {
            world.put(0, route, route);
        }
        world.bad.add(1234);
        world.settle();
        world.assertIsolated();
        assertThat(world.rounds).isLessThan(60);
    }

    @Test
    void aPartThatIsRefusedEvenWhenItIsClosedIsFoundFromNothing() {
        World world = new World();
        for (int route = 0; route < 200; route++) {
            world.put(0, route, route);
        }
        world.bad.add(123);
        world.badInMatch.add(123);
        world.settle();
        world.assertIsolated();
        assertThat(world.rounds).isLessThan(60);
    }

    @Test
    void aClusterThatIsRefusedKeepsItsLastGoodForm() {
        World world = new World();
        ResourceId cluster = new ResourceId(FLEET, TypeUrls.CLUSTER, "c");
        world.clusters.put(cluster, 1);
        world.put(0, 1, 1);
        world.settle();
        world.bad.add(2);
        world.clusters.put(cluster, 2);
        world.settle();
        world.assertIsolated();
        assertThat(world.inForce.get(cluster)).containsExactly(1);
        world.clusters.put(cluster, 3);
        world.settle();
        world.assertIsolated();
        assertThat(world.inForce.get(cluster)).containsExactly(3);
    }

    @Property(tries = 300)
    void aPatchThatIsRefusedIsLeftOutAndAllElseIsInForce(@ForAll long seed) {
        Random random = new Random(seed);
        World world = new World();
        for (int route = 0; route < 20; route++) {
            world.put(0, route, route);
        }
        if (random.nextInt(3) == 0) {
            world.addNaysayer();
        }
        ResourceId cluster = new ResourceId(FLEET, TypeUrls.CLUSTER, "c");
        world.clusters.put(cluster, 500);
        List<ResourceId> patched = List.of(World.table(0), cluster);
        for (int edit = 0; edit < 12; edit++) {
            int value = 1000 + edit;
            ResourceId id = patched.get(random.nextInt(2));
            switch (random.nextInt(5)) {
                case 0 -> world.put(0, random.nextInt(20), value);
                case 1 ->
                    world.patches.getOrDefault(id, new HashMap<>()).keySet().removeIf(_ -> random.nextBoolean());
                default -> world.patch(id, random.nextInt(4), value);
            }
            if (random.nextInt(3) == 0) {
                world.bad.add(value);
            }
            if (random.nextBoolean()) {
                world.settle();
                world.assertIsolated();
            }
        }
        world.settle();
        world.assertIsolated();
        assertThat(world.inForce.get(cluster))
                .containsAll(world.goodPatches(cluster))
                .contains(500);
    }

    @Test
    void aClusterThatIsRefusedKeepsItsPatchesWhenItIsMended() {
        World world = new World();
        ResourceId cluster = new ResourceId(FLEET, TypeUrls.CLUSTER, "c");
        world.clusters.put(cluster, 1);
        world.patch(cluster, 1, 11);
        world.put(0, 1, 1);
        world.settle();
        world.bad.add(2);
        world.clusters.put(cluster, 2);
        world.settle();
        assertThat(world.inForce.get(cluster)).contains(1);
        assertThat(world.quarantine.rejections(FLEET)).containsOnlyKeys(new ObjectRef("Backend", "default", "c"));
        world.clusters.put(cluster, 3);
        world.settle();
        assertThat(world.inForce.get(cluster)).containsExactlyInAnyOrder(3, 11);
    }

    @Property(tries = 500)
    void aPolicyThatIsRefusedOnAListenerIsHeldBackAndAllElseIsInForce(@ForAll long seed) {
        Random random = new Random(seed);
        World world = new World();
        ResourceId listener = new ResourceId(FLEET, TypeUrls.LISTENER, "l");
        world.listeners.put(listener, 500);
        if (random.nextInt(3) == 0) {
            world.addNaysayer();
        }
        for (int policy = 0; policy < 6; policy++) {
            world.policy(listener, policy, policy);
        }
        for (int edit = 0; edit < 12; edit++) {
            int value = 1000 + edit;
            switch (random.nextInt(4)) {
                case 0 -> world.listeners.put(listener, value + 5000);
                case 1 ->
                    world.policies
                            .getOrDefault(listener, new HashMap<>())
                            .keySet()
                            .removeIf(_ -> random.nextBoolean());
                default -> {
                    world.policy(listener, random.nextInt(6), value);
                    switch (random.nextInt(4)) {
                        case 0 -> world.bad.add(value);
                        case 1 -> world.badAgain.add(value);
                        default -> {
                            // It is good.
                        }
                    }
                }
            }
            if (random.nextBoolean()) {
                world.settle();
                world.assertIsolated();
            } else {
                world.proceed(random);
            }
        }
        world.settle();
        world.assertIsolated();
    }

    @Test
    void aRefusedPolicyKeepsItsLastGoodForm() {
        World world = new World();
        ResourceId listener = new ResourceId(FLEET, TypeUrls.LISTENER, "l");
        world.listeners.put(listener, 500);
        world.policy(listener, 1, 1);
        world.settle();
        world.bad.add(3);
        world.policy(listener, 1, 3);
        world.settle();
        world.assertIsolated();
        assertThat(world.inForce.get(listener)).containsExactlyInAnyOrder(500, 1);
        world.listeners.put(listener, 501);
        world.settle();
        assertThat(world.inForce.get(listener)).containsExactlyInAnyOrder(501, 1);
    }

    @Test
    void calloutServicesKeepTheirLastGoodThemselves() {
        assertThat(new World().quarantine.isFor("gatehouse/waf")).isFalse();
    }
}
