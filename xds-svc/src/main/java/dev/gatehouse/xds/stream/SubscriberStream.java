package dev.gatehouse.xds.stream;

import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.Position;
import dev.gatehouse.xds.snapshot.FleetSnapshot;
import dev.gatehouse.xds.snapshot.ResourceKey;
import dev.gatehouse.xds.snapshot.ResourceSet;
import dev.gatehouse.xds.snapshot.VersionedResource;
import dev.gatehouse.xds.stream.TypeSubscription.Change;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One stream of one subscriber. Every event returns what follows from it; {@link #wakeUp} says when time alone makes something
 * follow. Confined to one thread at a time.
 *
 * <p>Make before break. Additions and updates go out in the order of {@link TypeOrder}, a type only when those before it are
 * answered, and listeners only when the endpoints of the clusters that were just added have been asked for and answered. A
 * cluster that is gone is removed when the subscriber has accepted listeners and routes of a target that lacks it, and the
 * grace has passed; endpoints and secrets after that. Endpoints wait for nothing: Envoy answers for a cluster only when it is warm,
 * that is, when it has its endpoints. A refusal counts as an answer for what comes after it, but not as
 * acceptance: while listeners or routes stay refused, the subscriber runs on old ones, and no cluster is removed under them.
 *
 * <p>State of the world cannot say on reconnecting which clusters a subscriber has, so that a cluster that went while it was
 * away is gone with the first push; delta can ({@code initial_resource_versions}), and its removal waits as above.
 */
public final class SubscriberStream {
    private final Protocol protocol;
    private final boolean aggregated;
    private final StreamSettings settings;
    private final Map<String, TypeSubscription> subscriptions = new LinkedHashMap<>();
    private final RouteTables tables = new RouteTables();
    private final VirtualHostScope virtualHosts = new VirtualHostScope(subscriptions, tables);

    private @Nullable FleetSnapshot target;
    /** Counts targets on this stream. */
    private long sequence;
    /** Clusters that the subscriber has and the target lacks. */
    private final Map<String, Leaving> leaving = new HashMap<>();
    /** The resources that the subscriber will request next because of accepted ones, and how long the stream waits for each request. */
    private final Map<ResourceKey, Instant> expected = new HashMap<>();

    private @Nullable Position applied;
    /** The last reported settled state. */
    private Optional<Effect.Settled> settled = Optional.empty();

    private @Nullable Instant listenersExpectedUntil;
    private Optional<Instant> wakeUp = Optional.empty();

    /** @param removableAt null: routes that may use it are not replaced yet */
    private record Leaving(long absentSince, @Nullable Instant removableAt) {}

    /** @param aggregated true if the stream carries all types (ADS); otherwise it does not represent the whole subscriber */
    public SubscriberStream(Protocol protocol, boolean aggregated, StreamSettings settings) {
        this.protocol = protocol;
        this.aggregated = aggregated;
        this.settings = settings;
    }

    /** Sets a new target for the subscriber. Nothing is sent before the first call. */
    public List<Effect> target(FleetSnapshot snapshot, Instant now) {
        if (snapshot.equals(target)) {
            return List.of();
        }
        target = snapshot;
        sequence++;
        if (virtualHosts.follow(snapshot)) {
            tablesChanged();
        }
        return advance(now, new ArrayList<>());
    }

    /** Takes a request or an answer of the subscriber. */
    public List<Effect> request(Request request, Instant now) {
        List<Effect> effects = new ArrayList<>();
        if (request instanceof Request.Delta delta && !delta.initialVersions().isEmpty()) {
            tables.returning();
        }
        boolean asksFirst = !subscriptions.containsKey(request.typeUrl());
        TypeSubscription subscription = subscriptions.computeIfAbsent(request.typeUrl(), this::subscription);
        Optional<TypeSubscription.Answer> answer = subscription.take(request, now);
        if (asksFirst && request.typeUrl().equals(TypeUrls.VIRTUAL_HOST)) {
            subscription.doubtAll(host -> tables.isUnsure(VirtualHostScope.table(host)));
        }
        tablesEstablished(tables.takeFresh());
        if (request.typeUrl().equals(TypeUrls.ROUTES) && request.subscribes()) {
            tablesChanged();
        }
        if (answer.isPresent()) {
            switch (answer.get()) {
                case TypeSubscription.Answer.Accepted accepted -> {
                    effects.add(new Effect.Acknowledged(request.typeUrl(), accepted.latency()));
                    expect(accepted.upserts(), now);
                }
                case TypeSubscription.Answer.Refused refused ->
                    effects.add(new Effect.Rejected(
                            refused.position(), request.typeUrl(), refused.resources(), refused.message()));
            }
        }
        expected.keySet()
                .removeIf(key -> key.typeUrl().equals(request.typeUrl()) && subscription.subscribesTo(key.name()));
        return advance(now, effects);
    }

    private TypeSubscription subscription(String typeUrl) {
        return new TypeSubscription(
                typeUrl,
                protocol,
                typeUrl.equals(TypeUrls.VIRTUAL_HOST) ? virtualHosts : TypeSubscription.Scope.ALL,
                typeUrl.equals(TypeUrls.ROUTES) ? Optional.of(tables) : Optional.empty());
    }

    /** The subscriber has new route tables. It needs all their virtual hosts, even hosts that were sent before. */
    private void tablesEstablished(Set<String> names) {
        TypeSubscription hosts = subscriptions.get(TypeUrls.VIRTUAL_HOST);
        if (!names.isEmpty() && hosts != null) {
            hosts.doubtAll(host -> names.contains(VirtualHostScope.table(host)));
            hosts.scopeChanged();
        }
    }

    /** Once the subscriber has all virtual hosts, its tables are complete and are sent with their unmarked version. */
    private void confirmTables(FleetSnapshot snapshot) {
        TypeSubscription hosts = subscriptions.get(TypeUrls.VIRTUAL_HOST);
        TypeSubscription routes = subscriptions.get(TypeUrls.ROUTES);
        if (tables.anyUnsure()
                && routes != null
                && hosts != null
                && hosts.isSettled(snapshot.ofType(TypeUrls.VIRTUAL_HOST))) {
            routes.recheck(tables.confirm());
        }
    }

    private void tablesChanged() {
        TypeSubscription hosts = subscriptions.get(TypeUrls.VIRTUAL_HOST);
        if (hosts != null) {
            hosts.scopeChanged();
        }
    }

    /** Notifies that the time {@link #wakeUp} has come. */
    public List<Effect> tick(Instant now) {
        return advance(now, new ArrayList<>());
    }

    /** When to call {@link #tick}; empty: not before another event. */
    public Optional<Instant> wakeUp() {
        return wakeUp;
    }

    /** The position up to which the subscriber has accepted everything; empty: none yet. */
    public Optional<Position> appliedPosition() {
        return Optional.ofNullable(applied);
    }

    /**
     * The answers and pending pushes that are overdue by {@link StreamSettings#overdueAfter}. A healthy stream has
     * none, since nothing waits longer than the order timeout.
     */
    public List<Owed> owed(Instant now) {
        FleetSnapshot snapshot = target;
        if (snapshot == null) {
            return List.of();
        }
        Instant before = now.minus(settings.overdueAfter());
        List<Owed> owed = new ArrayList<>();
        for (TypeSubscription subscription : subscriptions.values()) {
            subscription.unanswered(before).ifPresent(owed::add);
            subscription
                    .withheld(before, snapshot.ofType(subscription.typeUrl()), () -> whyWithheld(subscription))
                    .ifPresent(owed::add);
        }
        return List.copyOf(owed);
    }

    private String whyWithheld(TypeSubscription withheld) {
        if (withheld.awaitsAnswer()) {
            return "because the last push of the type is not answered";
        }
        for (TypeSubscription earlier : subscriptions.values()) {
            if (earlier.isActive()
                    && earlier.order() != TypeOrder.INDEPENDENT
                    && earlier.order().compareTo(withheld.order()) < 0
                    && earlier.awaitsAnswer()) {
                return "because " + earlier.typeUrl() + " is not answered";
            }
        }
        return expected.isEmpty()
                ? "for no reason that the stream knows"
                : "because the subscriber has not asked for "
                        + expected.keySet().iterator().next();
    }

    public List<TypeStatus> status() {
        return subscriptions.values().stream().map(TypeSubscription::status).toList();
    }

    private TypeSubscription.Moment moment(FleetSnapshot snapshot, Instant now) {
        return new TypeSubscription.Moment(now, sequence, snapshot.position());
    }

    private void expect(List<VersionedResource> accepted, Instant now) {
        if (!aggregated) {
            return;
        }
        Instant until = now.plus(settings.orderTimeout());
        for (VersionedResource resource : accepted) {
            for (ResourceKey key : resource.requires()) {
                TypeSubscription subscription = subscriptions.get(key.typeUrl());
                if (subscription == null || !subscription.subscribesTo(key.name())) {
                    expected.put(key, until);
                }
            }
        }
    }

    private List<Effect> advance(Instant now, List<Effect> effects) {
        FleetSnapshot snapshot = target;
        if (snapshot == null) {
            return effects;
        }
        expected.values().removeIf(until -> !now.isBefore(until));
        for (TypeSubscription subscription : subscriptions.values()) {
            expect(subscription.recognised(snapshot.ofType(subscription.typeUrl())), now);
        }
        trackLeaving(snapshot);
        confirmTables(snapshot);
        boolean answered = makeInOrder(snapshot, now, effects);
        boolean made = answered && active().noneMatch(TypeSubscription::hasRefused);
        breakLast(snapshot, made, now, effects);
        if (answered) {
            report(snapshot, made, now, effects);
        }
        wakeUp = nextWakeUp(now);
        return List.copyOf(effects);
    }

    /** Sends additions and updates as far as the order lets them; true: everything has been sent and answered, though perhaps refused. */
    private boolean makeInOrder(FleetSnapshot snapshot, Instant now, List<Effect> effects) {
        boolean open = true;
        boolean complete = true;
        for (TypeOrder order : TypeOrder.values()) {
            boolean orderOpen = true;
            for (TypeSubscription subscription : ofOrder(order)) {
                boolean free = open || order == TypeOrder.ENDPOINTS;
                boolean sent = make(subscription, snapshot, free, now, effects);
                complete &= sent && !subscription.awaitsMade() && subscription.knowsWhatIsRefused();
                orderOpen &= sent
                        && (!subscription.awaitsMade() || subscription.holdsNothingBack(now, settings.orderTimeout()));
            }
            if (order != TypeOrder.INDEPENDENT) {
                open &= orderOpen;
            }
            if (order == TypeOrder.ENDPOINTS) {
                open &= isNotExpected(TypeUrls.ENDPOINTS);
            } else if (order == TypeOrder.ROUTES) {
                open &= isNotExpected(TypeUrls.ROUTES);
            }
        }
        return complete;
    }

    private boolean isNotExpected(String typeUrl) {
        return expected.keySet().stream().noneMatch(key -> key.typeUrl().equals(typeUrl));
    }

    /** True: nothing of the type is left to be sent. */
    private boolean make(
            TypeSubscription subscription, FleetSnapshot snapshot, boolean open, Instant now, List<Effect> effects) {
        ResourceSet resources = snapshot.ofType(subscription.typeUrl());
        Change change = subscription.change(resources);
        boolean removeGone = !subscription.order().removedLast();
        boolean changes =
                !change.isMakeComplete() || (removeGone && !change.gone().isEmpty());
        boolean overdue = subscription.isOverdue(now, settings.orderTimeout()) && changes;
        if (open && (!subscription.awaitsAnswer() || overdue)) {
            Optional<Effect.Push> push = subscription.make(resources, change, removeGone, moment(snapshot, now));
            push.ifPresent(effects::add);
            if (push.isPresent() && subscription.order() == TypeOrder.CLUSTER) {
                resendEndpoints(change.upserts());
            }
            change = Change.NONE;
        }
        boolean sent = change.isMakeComplete() && (!removeGone || change.gone().isEmpty());
        if (sent && !subscription.awaitsAnswer() && !subscription.hasRefused()) {
            subscription.cleanAt(sequence);
        }
        if (sent) {
            subscription.sent();
        } else {
            subscription.withhold(now);
        }
        return sent;
    }

    /**
     * A replaced cluster warms in Envoy until its endpoints arrive, even if Envoy has equal endpoints for the old
     * cluster.
     */
    private void resendEndpoints(List<VersionedResource> clusters) {
        TypeSubscription endpoints = subscriptions.get(TypeUrls.ENDPOINTS);
        if (endpoints != null) {
            clusters.stream()
                    .flatMap(cluster -> cluster.requires().stream())
                    .forEach(key -> endpoints.forget(key.name()));
        }
    }

    private void trackLeaving(FleetSnapshot snapshot) {
        TypeSubscription clusters = subscriptions.get(TypeUrls.CLUSTER);
        if (clusters == null) {
            return;
        }
        Set<String> gone =
                new HashSet<>(clusters.change(snapshot.ofType(TypeUrls.CLUSTER)).gone());
        leaving.keySet().retainAll(gone);
        gone.forEach(name -> leaving.putIfAbsent(name, new Leaving(sequence, null)));
    }

    private void breakLast(FleetSnapshot snapshot, boolean made, Instant now, List<Effect> effects) {
        removeClusters(snapshot, now, effects);
        TypeSubscription clusters = subscriptions.get(TypeUrls.CLUSTER);
        if (!made || !leaving.isEmpty() || (clusters != null && clusters.awaitsAnswer())) {
            return;
        }
        for (TypeSubscription subscription : subscriptions.values()) {
            if (subscription.order().removedLast() && !subscription.awaitsAnswer()) {
                ResourceSet resources = snapshot.ofType(subscription.typeUrl());
                List<String> gone = subscription.change(resources).gone();
                if (!gone.isEmpty()) {
                    effects.add(subscription.remove(resources, gone, moment(snapshot, now)));
                }
            }
        }
    }

    private void removeClusters(FleetSnapshot snapshot, Instant now, List<Effect> effects) {
        TypeSubscription clusters = subscriptions.get(TypeUrls.CLUSTER);
        if (clusters == null || leaving.isEmpty()) {
            return;
        }
        long accepted = routesAcceptedUpTo();
        boolean routesExpected =
                expected.keySet().stream().anyMatch(key -> key.typeUrl().equals(TypeUrls.ROUTES));
        leaving.replaceAll((name, state) -> {
            boolean unused = accepted >= state.absentSince() && !routesExpected;
            if (!unused) {
                return new Leaving(state.absentSince(), null);
            }
            return state.removableAt() == null
                    ? new Leaving(state.absentSince(), now.plus(settings.removalGrace()))
                    : state;
        });
        ResourceSet resources = snapshot.ofType(TypeUrls.CLUSTER);
        if (clusters.awaitsAnswer() || !clusters.change(resources).upserts().isEmpty()) {
            return;
        }
        List<String> due = leaving.entrySet().stream()
                .filter(entry -> isDue(entry.getValue(), now))
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
        if (!due.isEmpty()) {
            due.forEach(leaving::remove);
            effects.add(clusters.remove(resources, due, moment(snapshot, now)));
        }
    }

    private static boolean isDue(Leaving state, Instant now) {
        return state.removableAt() != null && !now.isBefore(state.removableAt());
    }

    private long routesAcceptedUpTo() {
        return Stream.of(TypeOrder.LISTENER, TypeOrder.ROUTES, TypeOrder.VIRTUAL_HOSTS)
                .flatMap(order -> ofOrder(order).stream())
                .mapToLong(TypeSubscription::cleanSequence)
                .min()
                .orElse(sequence);
    }

    /** @param made true if no resource is refused */
    private void report(FleetSnapshot snapshot, boolean made, Instant now, List<Effect> effects) {
        boolean any = subscriptions.values().stream().anyMatch(TypeSubscription::isActive);
        if (!aggregated || !any || !expected.isEmpty() || snapshot.position().equals(applied)) {
            return;
        }
        if (listenersAreToBeAskedFor(snapshot)) {
            Instant until = listenersExpectedUntil;
            if (until == null) {
                until = now.plus(settings.orderTimeout());
                listenersExpectedUntil = until;
            }
            if (now.isBefore(until)) {
                return;
            }
        }
        if (made) {
            applied = snapshot.position();
            settled = Optional.empty();
            effects.add(new Effect.Applied(snapshot.position(), snapshot.publishedAt()));
            return;
        }
        Effect.Settled standing = new Effect.Settled(
                snapshot.position(), active().flatMap(TypeSubscription::refused).collect(Collectors.toSet()));
        if (!settled.equals(Optional.of(standing))) {
            settled = Optional.of(standing);
            effects.add(standing);
        }
    }

    /**
     * True if Envoy has not requested listeners yet. It requests them once its first clusters are warm; until then it
     * has not applied the configuration.
     */
    private boolean listenersAreToBeAskedFor(FleetSnapshot snapshot) {
        return subscriptions.containsKey(TypeUrls.CLUSTER)
                && !subscriptions.containsKey(TypeUrls.LISTENER)
                && !snapshot.ofType(TypeUrls.LISTENER).isEmpty();
    }

    private Optional<Instant> nextWakeUp(Instant now) {
        Stream<Instant> answers = subscriptions.values().stream()
                .flatMap(subscription -> subscription.answerDue(settings.orderTimeout()));
        Stream<Instant> removals = leaving.values().stream().flatMap(state -> Stream.ofNullable(state.removableAt()));
        Stream<Instant> waits = Stream.concat(expected.values().stream(), Stream.ofNullable(listenersExpectedUntil));
        return Stream.concat(Stream.concat(answers, removals), waits)
                .filter(at -> at.isAfter(now))
                .min(Instant::compareTo);
    }

    private Stream<TypeSubscription> active() {
        return subscriptions.values().stream().filter(TypeSubscription::isActive);
    }

    private List<TypeSubscription> ofOrder(TypeOrder order) {
        return subscriptions.values().stream()
                .filter(subscription -> subscription.order() == order && subscription.isActive())
                .toList();
    }
}
