package dev.gatehouse.xds.stream;

import com.google.protobuf.Any;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.Position;
import dev.gatehouse.xds.snapshot.ResourceKey;
import dev.gatehouse.xds.snapshot.ResourceSet;
import dev.gatehouse.xds.snapshot.VersionedResource;
import io.envoyproxy.envoy.config.endpoint.v3.ClusterLoadAssignment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One type on one stream: the subscription, the subscriber's resources, its unanswered push, and the resources that it
 * refused. At most one push is unanswered at a time. Changes meanwhile are sent together after the answer, or when the
 * answer is overdue. The answer to a superseded push still counts, since Envoy answers clusters only when they are
 * warm.
 */
final class TypeSubscription {
    private static final String WILDCARD = "*";

    /** No version: a resource that the subscriber may have. */
    private static final String UNKNOWN = "";

    /** Pushes whose answers are overdue and still expected; of the oldest before them none is any more. */
    private static final int MOST_SUPERSEDED = 16;

    /** Names in a report. */
    private static final int MOST_NAMED = 5;

    private final String typeUrl;
    private final Protocol protocol;
    private final TypeOrder order;
    /** State of the world: a push may hold only what changed. */
    private final boolean partial;

    private boolean wildcard;
    private boolean asked;
    /** The subscribed names. The set is replaced and never modified, since the stream's status shares it. */
    private Set<String> names = Set.of();
    /** True if {@link #names} is the set of a request, which must not be modified. */
    private boolean ownNames;

    /** The subscriber's resources, as if the unanswered push were accepted. */
    private final Holdings held = new Holdings();
    /** State of the world: the last accepted resources, for repeating resources that must not be removed yet. */
    private Map<String, VersionedResource> accepted = Map.of();
    /** Name to the version that the subscriber refused: not sent again until it is another. */
    private final Map<String, String> refused = new HashMap<>();
    /** Resources that were refused together by a message that does not name the faulty one. They are sent one by one until it is found. */
    private final Set<String> suspects = new LinkedHashSet<>();
    /** Names that the subscriber was told do not exist. */
    private final Set<String> toldAbsent = new HashSet<>();

    private boolean answered;
    private boolean recognised;
    private String claimedVersion = "";
    private String sentVersion = "";
    private String ackedVersion = "";
    private Optional<Instant> ackedAt = Optional.empty();
    private Optional<String> lastRejection = Optional.empty();
    private @Nullable Pending pending;
    /** By nonce, the oldest first: overdue when the next was sent, and unanswered still. */
    private final Map<String, Pending> superseded = new LinkedHashMap<>();
    /** When the oldest of the pushes was sent since which the subscriber has answered none; null: it owes no answer. */
    private @Nullable Instant silentSince;
    /** Since when something is there to be sent; null: all has been. */
    private @Nullable Instant withheldSince;

    private long nonces;
    private long cleanSequence = -1;
    /** The target that was examined last; null: none yet. */
    private @Nullable ResourceSet seen;
    /** By which names the subscriber may have something else than it should: all others need not be looked at. */
    private final Set<String> doubtful = new HashSet<>();
    /** Every name is {@link #doubtful}. */
    private boolean allDoubtful = true;

    /** Present if the type is that of route tables. */
    private final Optional<RouteTables> tables;

    /** What of the type the subscriber can take. */
    private final Scope scope;

    /** Decides which resources of a type a subscriber can take now, and which removed resources it must keep for now. */
    interface Scope {
        /** All resources at any time. */
        Scope ALL = new Scope() {
            @Override
            public boolean takes(String name) {
                return true;
            }

            @Override
            public boolean drops(String name) {
                return false;
            }

            @Override
            public boolean keeps(String name) {
                return false;
            }
        };

        /** Whether the subscriber can take the resource. */
        boolean takes(String name);

        /** Whether the subscriber has no use for the resource, though it is there. */
        boolean drops(String name);

        /** Whether the subscriber needs the resource still, though it is gone. */
        boolean keeps(String name);
    }

    /**
     * The difference between the target and the subscriber's resources: content to send, and names that the target
     * lacks and that the subscriber has or waits for.
     */
    record Change(List<VersionedResource> upserts, List<String> gone, List<String> absent) {
        static final Change NONE = new Change(List.of(), List.of(), List.of());

        boolean isMakeComplete() {
            return upserts.isEmpty() && absent.isEmpty();
        }
    }

    /** A push and its changes. */
    private record Pending(
            Effect.Push push,
            List<VersionedResource> upserts,
            List<String> gone,
            List<String> absent,
            boolean made,
            Moment moment) {}

    /**
     * When a push is made, and of which target.
     *
     * @param sequence counts the targets of the stream
     */
    record Moment(Instant at, long sequence, Position position) {}

    /** How the subscriber answered a push. */
    sealed interface Answer {
        record Accepted(Duration latency, List<VersionedResource> upserts) implements Answer {}

        record Refused(Position position, List<String> resources, String message) implements Answer {}
    }

    /** @param tables records the type's resources, if they are route tables */
    TypeSubscription(String typeUrl, Protocol protocol, Scope scope, Optional<RouteTables> tables) {
        this.typeUrl = typeUrl;
        this.tables = tables;
        this.scope = scope;
        this.protocol = protocol;
        this.order = TypeOrder.of(typeUrl);
        this.partial = TypeOrder.named(typeUrl);
    }

    String typeUrl() {
        return typeUrl;
    }

    TypeOrder order() {
        return order;
    }

    boolean subscribesTo(String name) {
        return wildcard || names.contains(name);
    }

    /** False once everything has been unsubscribed from: such a type holds nothing back. */
    boolean isActive() {
        return wildcard || !names.isEmpty();
    }

    boolean awaitsAnswer() {
        return pending != null;
    }

    /** True once the answer to the last push is overdue. Later changes are then sent without waiting for it. */
    boolean isOverdue(Instant now, Duration timeout) {
        return pending != null && !now.isBefore(pending.moment().at().plus(timeout));
    }

    /**
     * True once nothing else waits for an answer any longer: the last push is overdue, or pushes have been unanswered for twice that
     * long. Edits that come faster than the subscriber answers must not hold back the types after it for ever.
     */
    boolean holdsNothingBack(Instant now, Duration timeout) {
        Instant since = silentSince;
        boolean silent = since != null && !now.isBefore(since.plus(timeout.multipliedBy(2)));
        return silent || isOverdue(now, timeout);
    }

    /** When {@link #isOverdue} and {@link #holdsNothingBack} become true. */
    Stream<Instant> answerDue(Duration timeout) {
        return Stream.concat(
                Stream.ofNullable(pending).map(push -> push.moment().at().plus(timeout)),
                Stream.ofNullable(silentSince).map(since -> since.plus(timeout.multipliedBy(2))));
    }

    /** The push that has been unanswered since before the moment; empty: there is none. */
    Optional<Owed> unanswered(Instant before) {
        Instant since = silentSince;
        Pending last = pending;
        if (since == null || last == null || since.isAfter(before)) {
            return Optional.empty();
        }
        String pushes = superseded.isEmpty() ? "" : " and " + superseded.size() + " before it";
        return Optional.of(new Owed(
                typeUrl,
                since,
                "the subscriber has not answered push " + last.push().nonce() + pushes + " (" + some(names(last))
                        + ")"));
    }

    /** The pending change that has been held back since before the moment; empty: there is none. */
    Optional<Owed> withheld(Instant before, ResourceSet target, Supplier<String> reason) {
        Instant since = withheldSince;
        if (since == null || since.isAfter(before)) {
            return Optional.empty();
        }
        Change change = change(target);
        List<String> missing = new ArrayList<>(
                change.upserts().stream().map(VersionedResource::name).toList());
        missing.addAll(change.gone());
        missing.addAll(change.absent());
        return Optional.of(new Owed(typeUrl, since, "not sent: " + some(missing) + ", " + reason.get()));
    }

    private static List<String> names(Pending push) {
        List<String> names = new ArrayList<>(
                push.push().resources().stream().map(VersionedResource::name).toList());
        names.addAll(push.push().removed());
        return names;
    }

    private static String some(List<String> names) {
        String first = String.join(", ", names.subList(0, Math.min(names.size(), MOST_NAMED)));
        return names.size() > MOST_NAMED ? first + " and " + (names.size() - MOST_NAMED) + " more" : first;
    }

    void sent() {
        withheldSince = null;
    }

    void withhold(Instant now) {
        if (withheldSince == null) {
            withheldSince = now;
        }
    }

    /** True while a push other than a late removal is unanswered, however long. */
    boolean awaitsMade() {
        return pending != null && pending.made();
    }

    /** The resources of the target that the subscriber already had when it connected, by the versions that it named. */
    List<VersionedResource> recognised(ResourceSet target) {
        if (recognised) {
            return List.of();
        }
        recognised = true;
        change(target);
        return current(target);
    }

    boolean hasRefused() {
        return !refused.isEmpty() || !suspects.isEmpty();
    }

    /** Whether it is known of each refused resource that it, and not another of the same push, is meant. */
    boolean knowsWhatIsRefused() {
        return suspects.isEmpty();
    }

    /** The refused resources, which are not sent again until they change. */
    Stream<ResourceKey> refused() {
        return refused.keySet().stream().map(name -> new ResourceKey(typeUrl, name));
    }

    /** Sequence of the latest target of which the subscriber has accepted everything; -1: none. */
    long cleanSequence() {
        return cleanSequence;
    }

    void cleanAt(long sequence) {
        cleanSequence = Math.max(cleanSequence, sequence);
    }

    /** The subscriber needs this again, though it may have it: a changed cluster warms with its endpoints sent once more. */
    void forget(String name) {
        boolean knew = held.remove(name);
        if (toldAbsent.remove(name) || knew) {
            doubtful.add(name);
        }
    }

    /** The subscriber may have other versions of the resources that {@code which} holds for than those that it was sent. */
    void doubtAll(Predicate<String> which) {
        held.names().filter(which).toList().forEach(this::doubt);
    }

    /** The resources are to be looked at again. */
    void recheck(Set<String> names) {
        doubtful.addAll(names);
    }

    /** The subscriber has accepted all of the target that it can take. */
    boolean isSettled(ResourceSet target) {
        Change change = change(target);
        return pending == null
                && !hasRefused()
                && change.isMakeComplete()
                && change.gone().isEmpty();
    }

    /** Notifies that the scope has changed. */
    void scopeChanged() {
        allDoubtful = true;
    }

    Optional<Answer> take(Request request, Instant now) {
        Optional<Answer> answer = answer(request, now);
        switch (request) {
            case Request.StateOfTheWorld state -> subscribe(state);
            case Request.Delta delta -> subscribe(delta);
        }
        asked = true;
        if (!isActive()) {
            pending = null;
            superseded.clear();
            suspects.clear();
            silentSince = null;
            withheldSince = null;
        }
        return answer;
    }

    private Optional<Answer> answer(Request request, Instant now) {
        Pending last = pending;
        if (last != null && last.push().nonce().equals(request.nonce())) {
            pending = null;
            superseded.clear();
            silentSince = null;
            return request.error().isPresent() ? refuse(last, request.error().get()) : Optional.of(accept(last, now));
        }
        Pending late = superseded.remove(request.nonce());
        if (late == null || last == null) {
            return Optional.empty();
        }
        silentSince = superseded.values().stream()
                .findFirst()
                .map(push -> push.moment().at())
                .orElse(last.moment().at());
        if (request.error().isPresent()) {
            return refuseLate(late, request.error().get());
        }
        noteTables(late, true);
        return Optional.empty();
    }

    private Answer accept(Pending push, Instant now) {
        ackedVersion = push.push().version();
        ackedAt = Optional.of(now);
        if (protocol == Protocol.STATE_OF_THE_WORLD && !partial) {
            accepted = byName(push.push().resources());
        }
        if (refused.isEmpty() && suspects.isEmpty()) {
            lastRejection = Optional.empty();
            cleanAt(push.moment().sequence());
        }
        noteTables(push, true);
        return new Answer.Accepted(Duration.between(push.moment().at(), now), push.upserts());
    }

    private void noteTables(Pending push, boolean accepted) {
        long number = Long.parseLong(push.push().nonce());
        tables.ifPresent(known -> push.upserts().stream()
                .map(VersionedResource::name)
                .filter(this::subscribesTo)
                .forEach(name -> {
                    if (accepted) {
                        known.accepted(name, number);
                    } else {
                        known.refused(name);
                    }
                }));
    }

    /**
     * Resources that the message names are not sent again until they change. The rest of the push is sent again with
     * its removals, since one bad resource may have kept the others from being read. Envoy may also have applied valid
     * listeners and clusters although it refused the push as a whole. So none of the versions is known. A message
     * without names refuses all changes of the push.
     */
    private Optional<Answer> refuse(Pending push, String message) {
        push.upserts().forEach(resource -> doubt(resource.name()));
        // Removals alone that are refused would be refused for ever.
        if (!push.upserts().isEmpty()) {
            push.gone().forEach(this::doubt);
            toldAbsent.removeAll(push.absent());
            doubtful.addAll(push.absent());
        }
        return refused(push, message);
    }

    /** As {@link #refuse}, of a push after which another was sent: what that changed anew stays as it is. */
    private Optional<Answer> refuseLate(Pending push, String message) {
        push.upserts().stream().filter(held::has).forEach(resource -> doubt(resource.name()));
        if (!push.upserts().isEmpty()) {
            push.gone().stream().filter(name -> !held.has(name)).forEach(this::doubt);
            toldAbsent.removeAll(push.absent());
            doubtful.addAll(push.absent());
        }
        return refused(push, message);
    }

    /** The subscriber has this in a version that is not known, or has it not. */
    private void doubt(String name) {
        if (subscribesTo(name)) {
            held.put(name, UNKNOWN);
            doubtful.add(name);
        }
    }

    private static List<VersionedResource> namedIn(String message, List<VersionedResource> resources) {
        return resources.stream()
                .filter(resource -> NamedIn.names(message, resource.name()))
                .toList();
    }

    /** The answer; empty if the message may mean several resources, each of which will be refused or accepted alone. */
    private Optional<Answer> refused(Pending push, String message) {
        lastRejection = Optional.of(message);
        noteTables(push, false);
        List<VersionedResource> unproven = unproven(push);
        List<VersionedResource> bad = new ArrayList<>(namedIn(message, push.upserts()));
        bad.addAll(namedIn(message, unproven));
        if (bad.isEmpty()) {
            // In the state of the world a push repeats the changes of earlier pushes.
            bad.addAll(namedIn(message, push.push().resources()));
        }
        if (bad.isEmpty()) {
            bad.addAll(push.upserts());
            bad.addAll(unproven);
        }
        // Resources that the subscriber has unsubscribed from meanwhile are not recorded, since they would count as
        // missing forever.
        List<VersionedResource> wanted =
                bad.stream().filter(resource -> subscribesTo(resource.name())).toList();
        if (bad.size() > 1) {
            wanted.forEach(resource -> doubt(resource.name()));
            wanted.forEach(resource -> suspects.add(resource.name()));
            return Optional.empty();
        }
        wanted.forEach(resource -> refused.put(resource.name(), RouteTables.version(resource.version())));
        wanted.forEach(resource -> doubtful.add(resource.name()));
        return Optional.of(new Answer.Refused(
                push.moment().position(),
                bad.stream().map(VersionedResource::name).toList(),
                message));
    }

    /** The repeated resources of a push that the subscriber never accepted. Any of them may be the cause of the refusal. */
    private List<VersionedResource> unproven(Pending push) {
        if (protocol == Protocol.DELTA || partial) {
            return List.of();
        }
        return push.push().resources().stream()
                .filter(resource -> !push.upserts().contains(resource))
                .filter(resource -> !Optional.ofNullable(accepted.get(resource.name()))
                        .map(VersionedResource::version)
                        .equals(Optional.of(resource.version())))
                .toList();
    }

    private void subscribe(Request.StateOfTheWorld request) {
        Set<String> wanted = new LinkedHashSet<>(request.names());
        boolean star = wanted.remove(WILDCARD);
        if (!asked) {
            claimedVersion = request.version();
        }
        wildcard = star || (wanted.isEmpty() && !partial && (!asked || (wildcard && names.isEmpty())));
        names = Collections.unmodifiableSet(wanted);
        ownNames = true;
        allDoubtful = true;
        if (!wildcard) {
            held.retain(names);
            refused.keySet().retainAll(names);
            tables.ifPresent(known -> known.retain(names));
        }
    }

    private void subscribe(Request.Delta request) {
        if (!asked) {
            request.initialVersions().forEach(held::put);
        }
        Set<String> named = request.subscribes() ? new LinkedHashSet<>(names) : new LinkedHashSet<>();
        for (String name : request.subscribe()) {
            if (name.equals(WILDCARD)) {
                wildcard = true;
                allDoubtful = true;
                continue;
            }
            boolean claimed = !asked && request.initialVersions().containsKey(name);
            named.add(name);
            doubtful.add(name);
            toldAbsent.remove(name);
            if (!claimed) {
                held.remove(name);
                refused.remove(name);
            }
            tables.ifPresent(known -> {
                if (claimed) {
                    known.claimed(name, request.initialVersions().getOrDefault(name, ""));
                } else {
                    known.asked(name, nonces);
                }
            });
        }
        if (!asked && request.subscribe().isEmpty() && !partial) {
            wildcard = true;
            allDoubtful = true;
        }
        for (String name : request.unsubscribe()) {
            doubtful.add(name);
            if (name.equals(WILDCARD)) {
                wildcard = false;
                held.retain(named);
                tables.ifPresent(known -> known.retain(named));
                allDoubtful = true;
            } else if (named.remove(name)) {
                held.remove(name);
                refused.remove(name);
                tables.ifPresent(known -> known.unsubscribed(name));
                toldAbsent.remove(name);
            }
        }
        if (request.subscribes()) {
            names = Collections.unmodifiableSet(named);
            ownNames = true;
        }
    }

    Change change(ResourceSet target) {
        follow(target);
        if (!allDoubtful && doubtful.isEmpty()) {
            return Change.NONE;
        }
        boolean left = refused.entrySet().removeIf(entry -> {
            VersionedResource now = target.get(entry.getKey());
            return now == null || !now.version().equals(entry.getValue()) || scope.drops(entry.getKey());
        });
        if (left) {
            // A message may have named a resource by chance and meant one that has since been removed. So the other
            // refused resources are tried once more, one by one.
            suspects.addAll(refused.keySet());
            doubtful.addAll(refused.keySet());
            refused.clear();
        }
        if (left && suspects.isEmpty()) {
            // If the refused resources were only removed, no push follows that the subscriber could accept.
            lastRejection = Optional.empty();
        }
        recogniseClaim(target);
        return difference(target);
    }

    /** Sets the target of the subscriber. */
    private void follow(ResourceSet target) {
        ResourceSet last = seen;
        if (last != target) {
            Optional<Set<String>> changed = last == null ? Optional.empty() : target.changesSince(last);
            changed.ifPresentOrElse(doubtful::addAll, () -> allDoubtful = true);
            seen = target;
        }
        held.share(target);
        if (ownNames) {
            ownNames = false;
            names = names.stream().map(name -> shared(name, target)).collect(Collectors.toUnmodifiableSet());
        }
    }

    /** The target's own text of the name, so that a thousand streams keep it once. */
    private static String shared(String name, ResourceSet target) {
        VersionedResource resource = target.get(name);
        return resource == null ? name : resource.name();
    }

    /** The target's resource of that name, in the form for this subscriber. */
    private @Nullable VersionedResource resource(ResourceSet target, String name) {
        VersionedResource resource = target.get(name);
        return resource == null ? null : asSent(resource);
    }

    private VersionedResource asSent(VersionedResource resource) {
        return tables.isEmpty() ? resource : tables.get().sent(resource);
    }

    /** The names to examine. Names outside of the scope are included only if the subscriber has them. */
    private Set<String> candidates(ResourceSet target) {
        if (!allDoubtful) {
            return Set.copyOf(doubtful);
        }
        Set<String> all = new LinkedHashSet<>(wildcard ? target.keySet() : names);
        all.addAll(names);
        held.names().forEach(all::add);
        return all;
    }

    private Change difference(ResourceSet target) {
        List<VersionedResource> upserts = new ArrayList<>();
        List<String> gone = new ArrayList<>();
        List<String> absent = new ArrayList<>();
        Set<String> candidates = candidates(target);
        allDoubtful = false;
        doubtful.clear();
        for (String name : candidates) {
            VersionedResource resource = resource(target, name);
            boolean needed = resource == null ? scope.keeps(name) : !scope.drops(name);
            if (!needed && held.has(name)) {
                gone.add(name);
            } else if (resource == null) {
                if (names.contains(name) && !held.has(name) && !toldAbsent.contains(name)) {
                    absent.add(name);
                }
            } else if (needed
                    && subscribesTo(name)
                    && scope.takes(name)
                    && !held.has(resource)
                    && !RouteTables.version(resource.version()).equals(refused.get(name))) {
                upserts.add(resource);
            }
        }
        upserts.forEach(resource -> doubtful.add(resource.name()));
        doubtful.addAll(gone);
        doubtful.addAll(absent);
        suspects.retainAll(upserts.stream().map(VersionedResource::name).toList());
        Optional<String> suspect = suspects.stream().findFirst();
        suspect.ifPresent(name -> upserts.removeIf(resource -> !resource.name().equals(name)));
        if (protocol == Protocol.STATE_OF_THE_WORLD) {
            if (!typeUrl.equals(TypeUrls.ENDPOINTS)) {
                absent.clear();
            }
            if (partial) {
                // Not being sent is all that a subscriber ever learns of a removed one.
                gone.forEach(held::remove);
                toldAbsent.addAll(gone);
                gone.clear();
            }
        }
        return upserts.isEmpty() && gone.isEmpty() && absent.isEmpty()
                ? Change.NONE
                : new Change(upserts, gone, absent);
    }

    /**
     * A reconnecting subscriber with the version of the present target already has the target. A subscriber by name may
     * have dropped a resource and requested it again since that version, so it is sent everything.
     */
    private void recogniseClaim(ResourceSet target) {
        if (claimedVersion.isEmpty() || partial) {
            return;
        }
        String claimed = claimedVersion;
        claimedVersion = "";
        List<VersionedResource> wanted = target.values().stream()
                .filter(resource -> subscribesTo(resource.name()))
                .toList();
        if (version(wanted).equals(claimed)) {
            wanted.forEach(resource -> held.put(resource.name(), resource.version()));
            accepted = byName(wanted);
            ackedVersion = claimed;
            answered = true;
        }
    }

    /** Makes the push of the subscriber's missing resources, with removals if {@code removeGone}. */
    Optional<Effect.Push> make(ResourceSet target, Change change, boolean removeGone, Moment moment) {
        List<String> gone = removeGone ? change.gone() : List.of();
        boolean first = !answered && !partial && (protocol == Protocol.STATE_OF_THE_WORLD || held.isEmpty());
        if (change.isMakeComplete() && gone.isEmpty() && !first) {
            answered = true;
            return Optional.empty();
        }
        return Optional.of(send(target, change.upserts(), gone, change.absent(), true, moment));
    }

    /** Sends the removals of {@code gone} alone. */
    Effect.Push remove(ResourceSet target, List<String> gone, Moment moment) {
        return send(target, List.of(), gone, List.of(), false, moment);
    }

    private Effect.Push send(
            ResourceSet target,
            List<VersionedResource> upserts,
            List<String> gone,
            List<String> absent,
            boolean made,
            Moment moment) {
        upserts.forEach(resource -> held.put(resource.name(), resource.version()));
        upserts.forEach(resource -> suspects.remove(resource.name()));
        gone.forEach(held::remove);
        toldAbsent.addAll(absent);
        upserts.forEach(resource -> toldAbsent.remove(resource.name()));
        String nonce = Long.toString(++nonces);
        Effect.Push push = switch (protocol) {
            case DELTA -> {
                List<String> removed = new ArrayList<>(gone);
                removed.addAll(absent);
                yield new Effect.Push(typeUrl, Long.toString(moment.sequence()), nonce, upserts, removed);
            }
            case STATE_OF_THE_WORLD ->
                partial
                        ? new Effect.Push(
                                typeUrl, version(current(target)), nonce, withEmpty(upserts, absent), List.of())
                        : whole(target, nonce);
        };
        sentVersion = push.version();
        answered = true;
        supersede();
        if (silentSince == null) {
            silentSince = moment.at();
        }
        pending = new Pending(push, upserts, gone, absent, made, moment);
        return push;
    }

    private void supersede() {
        Pending last = pending;
        if (last == null) {
            return;
        }
        superseded.put(last.push().nonce(), last);
        if (superseded.size() > MOST_SUPERSEDED) {
            superseded.remove(superseded.keySet().iterator().next());
        }
    }

    /**
     * State of the world cannot say that endpoints do not exist. A cluster that waits for them would hold up all of Envoy's CDS
     * until its initial fetch times out; so it is sent none.
     */
    private static List<VersionedResource> withEmpty(List<VersionedResource> upserts, List<String> absent) {
        List<VersionedResource> all = new ArrayList<>(upserts);
        for (String name : absent) {
            ClusterLoadAssignment none =
                    ClusterLoadAssignment.newBuilder().setClusterName(name).build();
            Any any = Any.newBuilder()
                    .setTypeUrl(TypeUrls.ENDPOINTS)
                    .setValue(none.toByteString())
                    .build();
            all.add(VersionedResource.of(name, "none", any));
        }
        return all;
    }

    private Effect.Push whole(ResourceSet target, String nonce) {
        Map<String, VersionedResource> set = new LinkedHashMap<>();
        for (VersionedResource resource : current(target)) {
            set.put(resource.name(), resource);
        }
        for (VersionedResource old : before().values()) {
            boolean leaving = !target.containsKey(old.name()) && held.has(old.name());
            boolean replacementRefused = refused.containsKey(old.name()) || suspects.contains(old.name());
            if (subscribesTo(old.name()) && (leaving || replacementRefused)) {
                set.putIfAbsent(old.name(), old);
            }
        }
        return new Effect.Push(typeUrl, version(set.values()), nonce, List.copyOf(set.values()), List.of());
    }

    /** State of the world: the resources that the subscriber has, or was sent and may have. */
    private Map<String, VersionedResource> before() {
        Map<String, VersionedResource> before = new LinkedHashMap<>(accepted);
        Stream.concat(superseded.values().stream(), Stream.ofNullable(pending))
                .flatMap(push -> push.push().resources().stream())
                .filter(resource -> !resource.version().equals(refused.get(resource.name())))
                .forEach(resource -> before.put(resource.name(), resource));
        return before;
    }

    /** The subscriber's resources of the target once it accepts everything sent. */
    private List<VersionedResource> current(ResourceSet target) {
        return target.values().stream().map(this::asSent).filter(held::has).toList();
    }

    private static Map<String, VersionedResource> byName(Collection<VersionedResource> resources) {
        Map<String, VersionedResource> byName = new LinkedHashMap<>();
        resources.forEach(resource -> byName.put(resource.name(), resource));
        return byName;
    }

    private static String version(Collection<VersionedResource> resources) {
        long sum = resources.size();
        for (VersionedResource resource : resources) {
            sum += resource.fingerprint();
        }
        return String.format("%016x", sum);
    }

    TypeStatus status() {
        return new TypeStatus(
                typeUrl,
                sentVersion,
                ackedVersion,
                ackedAt,
                held.size(),
                wildcard,
                names,
                Set.copyOf(refused.keySet()),
                lastRejection);
    }
}
