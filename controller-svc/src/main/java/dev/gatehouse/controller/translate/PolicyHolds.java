package dev.gatehouse.controller.translate;

import dev.gatehouse.collections.Collection;
import dev.gatehouse.collections.Graph;
import dev.gatehouse.collections.Reads;
import dev.gatehouse.collections.Source;
import dev.gatehouse.controller.envoy.ListenerResources.PortKey;
import dev.gatehouse.controller.gateway.ListenerKey;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The policies' contributions to Envoy listeners, of which proxies may refuse some. While a policy's contribution is
 * held back, each of its places has the settings of that policy which proxies accepted last there, or none.
 *
 * @param <S> the settings of a place
 */
final class PolicyHolds<S> {
    private final Source<PolicyPart, Hold> held;
    private final Source<PolicyPlace, PolicyWish<S>> lastGood;
    private final Collection<PolicyPlace, PolicyWish<S>> wishes;
    private final Collection<PolicyPart, SortedMap<PolicyPlace, PolicyWish<S>>> byPart;
    private final Collection<PortKey, SortedMap<PolicyPlace, PolicyWish<S>>> byPort;

    /** The contributions that are held back in the form that they have now. */
    private final Collection<PolicyPart, Hold> effective;

    PolicyHolds(Graph graph, String name, Collection<PolicyPlace, PolicyWish<S>> wishes) {
        this.wishes = wishes;
        held = graph.source(name + ".held");
        lastGood = graph.source(name + ".lastGood");
        byPart = graph.group(name + ".byPart", wishes, (_, wish) -> Set.of(wish.part()));
        byPort = graph.group(
                name + ".byPort", wishes, (_, wish) -> Set.of(wish.part().port()));
        effective = graph.map(
                name + ".effectiveHolds",
                held,
                (reads, part, hold) -> Optional.of(hold)
                        .filter(_ -> fingerprint(reads, part).equals(Optional.of(hold.fingerprint()))));
    }

    /** The fingerprint of a policy's whole contribution; empty: it has none. */
    private Optional<Integer> fingerprint(Reads reads, PolicyPart part) {
        return reads.get(byPart, part.overTcp()).map(places -> fingerprint(places.values()));
    }

    private static int fingerprint(Iterable<? extends PolicyWish<?>> wishes) {
        Set<Integer> all = new TreeSet<>();
        wishes.forEach(each -> all.add(each.fingerprint()));
        return List.copyOf(all).hashCode();
    }

    /** Whether proxies refuse the wish: it is the one that its place has now, and its policy's contribution is held back. */
    boolean isRefused(Reads reads, PolicyPlace place, PolicyWish<S> wish) {
        return isHeld(reads, wish.part())
                && reads.get(wishes, place)
                        .filter(each -> each.part().equals(wish.part()) && each.fingerprint() == wish.fingerprint())
                        .isPresent();
    }

    private boolean isHeld(Reads reads, PolicyPart part) {
        return reads.get(effective, part).isPresent()
                || reads.get(effective, part.overQuic()).isPresent();
    }

    /** The wish; while it is held back, the policy's last accepted one for the place; empty: there is none. */
    Optional<PolicyWish<S>> served(Reads reads, PolicyPlace place, PolicyWish<S> wish) {
        if (!isHeld(reads, wish.part())) {
            return Optional.of(wish);
        }
        boolean omitted = Stream.of(wish.part(), wish.part().overQuic())
                .flatMap(part -> reads.get(effective, part).stream())
                .anyMatch(hold -> hold.form() == Hold.Form.OMITTED);
        return reads.get(lastGood, place)
                .filter(good ->
                        !omitted && good.part().equals(wish.part()) && good.fingerprint() != wish.fingerprint());
    }

    /**
     * The contributions to the listener of a port.
     *
     * @param fingerprints a fingerprint of each contribution
     * @param heldBack the contributions that are held back
     * @param names the names by which Envoy's error messages refer to each, or to its replacement
     */
    record Parts(Map<PolicyPart, Integer> fingerprints, Set<PolicyPart> heldBack, Map<PolicyPart, Set<String>> names) {}

    /** @param which the listeners of the Gateway that the port's Envoy listener serves */
    Parts parts(Reads reads, PortKey port, Predicate<ListenerKey> which) {
        Map<PolicyPart, Map<PolicyPlace, PolicyWish<S>>> all = new HashMap<>();
        reads.get(byPort, port.overTcp())
                .ifPresent(places -> places.forEach((place, wish) -> {
                    if (which.test(place.listener())) {
                        all.computeIfAbsent(wish.part(), _ -> new HashMap<>()).put(place, wish);
                    }
                }));
        Parts parts = new Parts(new HashMap<>(), new HashSet<>(), new HashMap<>());
        all.forEach((tcp, places) -> {
            PolicyPart part = port.udp() ? tcp.overQuic() : tcp;
            if (reads.get(effective, part).isPresent()) {
                parts.heldBack().add(part);
            } else {
                parts.fingerprints()
                        .put(
                                part,
                                fingerprint(reads.get(byPart, tcp).orElseThrow().values()));
            }
            Set<String> names = new HashSet<>();
            places.forEach((place, wish) -> served(reads, place, wish).ifPresent(each -> names.addAll(each.names())));
            parts.names().put(part, names);
        });
        return parts;
    }

    void hold(Graph.Writes writes, PolicyPart part, Optional<Hold> hold) {
        hold.ifPresentOrElse(each -> writes.put(held, part, each), () -> writes.remove(held, part));
    }

    /** Records a policy's present contribution as accepted if it still has {@code fingerprint}. */
    void accept(Graph.Writes writes, PolicyPart part, int fingerprint) {
        PolicyPart over = part.overTcp();
        if (effective.get(over).isPresent() || effective.get(over.overQuic()).isPresent()) {
            return;
        }
        byPart.get(over)
                .filter(places -> fingerprint(places.values()) == fingerprint)
                .ifPresent(places -> places.forEach((place, wish) -> writes.put(lastGood, place, wish)));
    }

    /** Forgets what was accepted of a policy that has no contribution any more. */
    void forget(Graph.Writes writes, PolicyPart part) {
        List<PolicyPlace> gone = lastGood.entries().entrySet().stream()
                .filter(each -> each.getValue().part().equals(part))
                .map(Map.Entry::getKey)
                .toList();
        gone.forEach(place -> writes.remove(lastGood, place));
    }
}
