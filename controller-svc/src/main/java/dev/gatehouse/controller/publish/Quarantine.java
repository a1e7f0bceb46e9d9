package dev.gatehouse.controller.publish;

import com.google.protobuf.Message;
import com.google.protobuf.TextFormat;
import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.controller.envoy.RouteResources;
import dev.gatehouse.controller.translate.Hold;
import dev.gatehouse.controller.translate.HookPart;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.controller.translate.OutputPart;
import dev.gatehouse.controller.translate.PatchPart;
import dev.gatehouse.controller.translate.RoutePart;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ObjectRef;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds and isolates the parts of resources that proxies reject. A route table consists of its routes' contributions;
 * patches and extension servers add a part to any resource; other resources are one part. If a resource is rejected,
 * its parts that proxies never accepted are suspects. A single suspect is held back. Of several suspects half are
 * suspended, and the proxies' answer to the rest decides where the search continues, until each rejected part is found.
 * A held-back part is served in its last accepted form, and only its owner's status reports the rejection. All other
 * parts take effect, for running proxies and for new ones.
 *
 * <p>A held-back part is tried again when it changes, and forgotten when it is removed.
 *
 * <p>A proxy that refuses what another one of its fleet accepts is not believed: it keeps what it has, and holds nobody
 * else back, until it accepts everything or is gone. Parts that no proxy has accepted in an earlier form are only held
 * back where more than half of the connected proxies refuse them. Not thread-safe.
 */
public final class Quarantine {
    /** A part of a resource; without a contribution it is the whole resource without its patches. */
    private record Part(ResourceId resource, Optional<OutputPart> contribution) {
        static Part whole(ResourceId resource) {
            return new Part(resource, Optional.empty());
        }

        /** The contribution, if it is a route's. */
        Optional<RoutePart> ofRoute() {
            return contribution.flatMap(each -> switch (each) {
                case RoutePart part -> Optional.of(part);
                case PatchPart _, HookPart _ -> Optional.empty();
            });
        }

        /** True if the part changes the finished resource: a patch, or an extension server's change. */
        boolean isPatch() {
            return contribution
                    .filter(each -> each instanceof PatchPart || each instanceof HookPart)
                    .isPresent();
        }
    }

    /**
     * A part that proxies reject.
     *
     * @param proven true if proxies have accepted the part's replacement; until then the replacement itself may be
     * rejected
     * @param witness the proxy whose answers led to the part
     */
    private record Refused(
            int fingerprint,
            Hold.Form form,
            boolean proven,
            String message,
            Set<ObjectRef> owners,
            Optional<String> witness) {
        Refused omitted() {
            return new Refused(fingerprint, Hold.Form.OMITTED, false, message, owners, witness);
        }

        Refused accepted() {
            return new Refused(fingerprint, form, true, message, owners, witness);
        }
    }

    /**
     * A part that is replaced while the search goes on.
     *
     * @param proven as in {@link Refused}; also true if there is no replacement, or an earlier accepted one
     */
    private record Suspended(int fingerprint, boolean proven) {
        Suspended accepted() {
            return new Suspended(fingerprint, true);
        }
    }

    /** The proxies' answer to a version of a resource. */
    private enum Answer {
        NONE,
        ACCEPTED,
        REFUSED
    }

    /**
     * The last version of a resource that proxies were sent. If equal content is published again, it is neither sent
     * nor answered again.
     *
     * @param message empty: the resource was left out
     */
    private record Sent(Optional<Message> message, Position position, Answer answer) {
        Sent with(Answer answered) {
            return new Sent(message, position, answered);
        }
    }

    /** A resource with its last published version. */
    private static final class Published {
        private Output wanted;
        private Map<Part, Integer> parts;
        private Optional<Sent> sent = Optional.empty();
        /** The transaction since which the sent version is current; empty: another version is about to be published. */
        private Optional<Position> position = Optional.empty();
        /** The transaction of the last version that the witness refused. */
        private Optional<Position> refusedAt = Optional.empty();
        /** The last accepted version, for a resource without contributions of routes. */
        private Optional<Output> lastGood = Optional.empty();

        Published(Output wanted, Map<Part, Integer> parts) {
            this.wanted = wanted;
            this.parts = parts;
        }

        boolean isWithin(Position other) {
            return position.filter(own -> own.isWithin(other)).isPresent();
        }

        /** Whether who answered everything up to {@code other} has answered the version that the witness refused, and none since. */
        boolean isRefusedWithin(Position other) {
            return refusedAt.filter(at -> at.isWithin(other)).isPresent()
                    && (position.isEmpty() || position.equals(refusedAt) || !isWithin(other));
        }
    }

    /** The fingerprints of the parts that proxies have accepted. */
    private static final class Good {
        private final Map<ResourceId, Map<Part, Integer>> byResource = new HashMap<>();

        @Nullable
        Integer get(Part part) {
            return byResource.getOrDefault(part.resource(), Map.of()).get(part);
        }

        boolean contains(Part part) {
            return get(part) != null;
        }

        @Nullable
        Integer put(Part part, int fingerprint) {
            return byResource
                    .computeIfAbsent(part.resource(), _ -> new HashMap<>())
                    .put(part, fingerprint);
        }

        /** Removes {@code part}; returns whether it was present. */
        boolean remove(Part part) {
            boolean removed = contains(part);
            byResource.computeIfPresent(part.resource(), (_, own) -> {
                own.remove(part);
                return own.isEmpty() ? null : own;
            });
            return removed;
        }

        /** The accepted parts of a resource. */
        Set<Part> of(ResourceId resource) {
            return byResource.getOrDefault(resource, Map.of()).keySet();
        }
    }

    /** The resources of one type of one fleet: a proxy's refusal may concern several of them. */
    private record PoolKey(String fleet, String typeUrl) {}

    private static final class Pool {
        private final Map<ResourceId, Published> published = new HashMap<>();
        private final Set<ResourceId> unconfirmed = new HashSet<>();
        private final Good good = new Good();
        private final Map<Part, Refused> refused = new HashMap<>();
        private final Map<Part, Suspended> suspended = new HashMap<>();
        /** For each resource, the groups of suspended parts that are still to be tried, one group at a time. */
        private final Map<ResourceId, Deque<List<Part>>> groups = new LinkedHashMap<>();

        /**
         * The resources whose suspended parts without a last good version are left out, since proxies reject them even
         * if they are answered with 500.
         */
        private final Set<ResourceId> omitting = new HashSet<>();

        /** The proxies that refuse the present version of a resource, where one refusal is not enough. */
        private final Map<ResourceId, Set<String>> opinions = new HashMap<>();

        /** The proxies that refused what another one accepts. */
        private final Set<String> doubted = new HashSet<>();

        private final PoolKey key;
        private Optional<String> witness = Optional.empty();
        private String message = "";

        Pool(PoolKey key) {
            this.key = key;
        }

        Published of(ResourceId id) {
            return Objects.requireNonNull(published.get(id), () -> id + " is not published");
        }
    }

    private static final Logger LOG = System.getLogger(Quarantine.class.getName());
    private static final Pattern QUOTED = Pattern.compile("'([^']{2,})'|\"([^\"]{2,})\"|`([^`]{2,})`");

    private final Set<String> exempt;
    private final Map<PoolKey, Pool> pools = new HashMap<>();
    private final Map<String, Set<PoolKey>> poolsOf = new HashMap<>();
    /** The connected proxies of each fleet. */
    private final Map<String, Map<String, ProxyAnswers>> proxies = new HashMap<>();

    /** The pools with present or past rejections. */
    private final Set<Pool> refusing = new HashSet<>();

    private final Map<OutputPart, Hold> held = new HashMap<>();
    private final List<Change> changes = new ArrayList<>();
    private final Set<ResourceId> again = new HashSet<>();

    /** @param exempt the fleets that keep the last good version of each resource themselves: the callout services */
    public Quarantine(Set<String> exempt) {
        this.exempt = Set.copyOf(exempt);
    }

    /** Whether this quarantine isolates rejections of the fleet. */
    public boolean isFor(String fleet) {
        return !exempt.contains(fleet);
    }

    /** The owners of held-back parts in a fleet, each with the proxy's error message. */
    public Map<ObjectRef, String> rejections(String fleet) {
        Map<ObjectRef, String> rejections = new HashMap<>();
        for (PoolKey key : poolsOf.getOrDefault(fleet, Set.of())) {
            pool(key)
                    .refused
                    .values()
                    .forEach(each -> each.owners().forEach(owner -> rejections.putIfAbsent(owner, each.message())));
        }
        return rejections;
    }

    /** The owners of held-back parts in all fleets. */
    public Set<ObjectRef> refused() {
        refusing.removeIf(pool -> pool.refused.isEmpty());
        return refusing.stream()
                .flatMap(pool -> pool.refused.values().stream())
                .flatMap(each -> each.owners().stream())
                .collect(Collectors.toSet());
    }

    /** Takes a report of a proxy. */
    public void take(DataPlaneReport report) {
        if (!isFor(report.getFleet())) {
            return;
        }
        String fleet = report.getFleet();
        String node = report.getNodeId();
        if (report.getWhatCase() == DataPlaneReport.WhatCase.DISCONNECTED) {
            disconnected(fleet, node);
            return;
        }
        ProxyAnswers proxy =
                proxies.computeIfAbsent(fleet, _ -> new HashMap<>()).computeIfAbsent(node, _ -> new ProxyAnswers());
        switch (report.getWhatCase()) {
            case REJECTED -> {
                DataPlaneReport.Rejected rejected = report.getRejected();
                Position position = new Position(rejected.getEpoch(), rejected.getOffset());
                List<ResourceId> ids = rejected.getResourcesList().stream()
                        .map(name -> new ResourceId(fleet, rejected.getTypeUrl(), name))
                        .toList();
                ids.forEach(id -> proxy.refuse(id, position));
                Pool pool = pools.get(new PoolKey(fleet, rejected.getTypeUrl()));
                if (pool != null && !isIgnored(pool, node)) {
                    reject(pool, node, position, ids, rejected.getMessage());
                }
            }
            case APPLIED -> {
                proxy.settle(
                        new Position(
                                report.getApplied().getEpoch(),
                                report.getApplied().getOffset()),
                        Set.of());
                settled(fleet, node, proxy);
            }
            case SETTLED -> {
                DataPlaneReport.Settled settled = report.getSettled();
                proxy.settle(
                        new Position(settled.getEpoch(), settled.getOffset()),
                        settled.getRefusedList().stream()
                                .map(each -> new ResourceId(fleet, each.getTypeUrl(), each.getName()))
                                .collect(Collectors.toSet()));
                settled(fleet, node, proxy);
            }
            case CONNECTED, DISCONNECTED, WHAT_NOT_SET -> {
                // These reports say nothing about a resource.
            }
        }
    }

    private void settled(String fleet, String node, ProxyAnswers proxy) {
        for (PoolKey key : poolsOf.getOrDefault(fleet, Set.of())) {
            Pool pool = pool(key);
            if (!proxy.refuses(key.typeUrl())) {
                pool.doubted.remove(node);
            }
            confirm(pool, node, proxy);
        }
    }

    private void disconnected(String fleet, String node) {
        Map<String, ProxyAnswers> connected = proxies.getOrDefault(fleet, new HashMap<>());
        connected.remove(node);
        if (connected.isEmpty()) {
            proxies.remove(fleet);
        }
        for (PoolKey key : poolsOf.getOrDefault(fleet, Set.of())) {
            Pool pool = pool(key);
            pool.witness = pool.witness.filter(each -> !each.equals(node));
            pool.doubted.remove(node);
            Map<ResourceId, Set<String>> decided = new HashMap<>();
            pool.opinions.forEach((id, refusing) -> {
                refusing.remove(node);
                if (isMost(pool, refusing)) {
                    decided.put(id, refusing);
                }
            });
            if (!decided.isEmpty()) {
                pool.witness = decided.values().stream().flatMap(Set::stream).findFirst();
                pool.opinions.keySet().removeAll(decided.keySet());
                reject(pool, List.copyOf(decided.keySet()));
            }
        }
    }

    /** The connected proxies of a pool's fleet that are believed. */
    private Map<String, ProxyAnswers> believed(Pool pool) {
        Map<String, ProxyAnswers> believed = new HashMap<>(proxies.getOrDefault(pool.key.fleet(), Map.of()));
        believed.keySet().removeAll(pool.doubted);
        return believed;
    }

    /** Whether the proxy's refusals do not count. Where all proxies are doubted, all count. */
    private boolean isIgnored(Pool pool, String node) {
        return pool.doubted.contains(node) && !believed(pool).isEmpty();
    }

    private boolean isMost(Pool pool, Set<String> refusing) {
        return 2 * refusing.size() > believed(pool).size() && !refusing.isEmpty();
    }

    /** The changes for the translation that follow from the reports since the last call. */
    public List<Change> changes() {
        List<Change> taken = List.copyOf(changes);
        changes.clear();
        return taken;
    }

    /**
     * The resources to publish for {@code wanted}. A resource that is held back as a whole is replaced by its last good
     * version, or left out.
     */
    public Map<ResourceId, Optional<Output>> pass(Map<ResourceId, Optional<Output>> wanted) {
        Map<ResourceId, Optional<Output>> passed = new HashMap<>(wanted);
        wanted.forEach((id, output) -> {
            if (isFor(id.fleet())) {
                output.ifPresentOrElse(each -> follow(id, each), () -> forget(id));
            }
        });
        for (ResourceId id : again) {
            Published published = pool(key(id)).published.get(id);
            if (published != null) {
                passed.putIfAbsent(id, Optional.of(published.wanted));
            }
        }
        again.clear();
        passed.replaceAll((id, output) -> output.flatMap(each -> substitute(id, each)));
        return passed;
    }

    /**
     * Records the transactions of the resources that were passed last.
     *
     * @param positions the transaction of each fleet with sent resources
     */
    public void published(Map<ResourceId, Optional<Output>> passed, Map<String, Position> positions) {
        Map<ResourceId, Answer> known = new HashMap<>();
        passed.forEach((id, output) -> {
            Pool pool = pools.get(key(id));
            if (pool != null && pool.published.containsKey(id)) {
                Optional<Position> position = Optional.ofNullable(positions.get(id.fleet()));
                known.put(id, published(pool, id, output.map(Output::message), position));
            }
        });
        known.forEach((id, answer) -> {
            Pool pool = pool(key(id));
            switch (answer) {
                case NONE -> {
                    // The answer is still to come.
                }
                case ACCEPTED -> accept(pool, id);
                case REFUSED -> {
                    if (pool.witness.isPresent() && contradicts(pool, id, pool.witness.get())) {
                        doubt(pool, pool.witness.get(), pool.message);
                    } else {
                        reject(pool, List.of(id));
                    }
                }
            }
        });
        known.keySet().stream().map(Quarantine::key).distinct().map(this::pool).forEach(this::goOn);
    }

    /** The proxies' known answer to a resource as it is published now. */
    private static Answer published(Pool pool, ResourceId id, Optional<Message> message, Optional<Position> position) {
        Published published = pool.of(id);
        Optional<Sent> same = published.sent.filter(sent -> sent.message().equals(message));
        published.sent = same.or(() -> position.map(at -> new Sent(message, at, Answer.NONE)));
        published.position = published.sent.map(Sent::position);
        pool.unconfirmed.add(id);
        if (same.isEmpty()) {
            pool.opinions.remove(id);
        }
        return same.map(Sent::answer).orElse(Answer.NONE);
    }

    /** Whether {@link #pass} has resources to return even if nothing else changes. */
    public boolean isPending() {
        return !again.isEmpty();
    }

    private static PoolKey key(ResourceId id) {
        return new PoolKey(id.fleet(), id.typeUrl());
    }

    private Pool pool(PoolKey key) {
        return pools.computeIfAbsent(key, _ -> {
            poolsOf.computeIfAbsent(key.fleet(), _ -> new HashSet<>()).add(key);
            return new Pool(key);
        });
    }

    private void follow(ResourceId id, Output output) {
        Pool pool = pool(key(id));
        Map<Part, Integer> parts = new HashMap<>();
        if (!output.isOfRoutes()) {
            parts.put(Part.whole(id), whole(output));
        }
        output.parts().forEach((each, fingerprint) -> parts.put(new Part(id, Optional.of(each)), fingerprint));
        Published published = pool.published.get(id);
        if (published == null) {
            pool.published.put(id, new Published(output, parts));
        } else {
            published.wanted = output;
            published.parts = parts;
        }
        release(pool, id, output, parts);
    }

    /** The fingerprint of a resource without its patches, which have fingerprints of their own. */
    private static int whole(Output output) {
        return output.unpatched().orElse(output.message()).hashCode();
    }

    /** Ends the holds of parts that changed or were removed. */
    private void release(Pool pool, ResourceId id, Output wanted, Map<Part, Integer> parts) {
        Set<Part> own = new HashSet<>();
        pool.refused.keySet().stream()
                .filter(part -> part.resource().equals(id))
                .forEach(own::add);
        pool.suspended.keySet().stream()
                .filter(part -> part.resource().equals(id))
                .forEach(own::add);
        for (Part part : own) {
            boolean present = part.contribution()
                    .map(each -> !parts.containsKey(part) && wanted.heldBack().contains(each))
                    .orElseGet(() -> fingerprint(pool, part).equals(Optional.ofNullable(parts.get(part))));
            if (!present) {
                endHold(pool, part);
            }
        }
        withdraw(pool, id, part -> !parts.containsKey(part) && !isHeld(pool, part));
    }

    private void endHold(Pool pool, Part part) {
        pool.refused.remove(part);
        pool.suspended.remove(part);
        part.contribution()
                .filter(each -> held.remove(each) != null)
                .ifPresent(each -> changes.add(new Change.Held(each, Optional.empty())));
    }

    /** Forgets that proxies accepted the parts that match {@code which}. */
    private void withdraw(Pool pool, ResourceId id, Predicate<Part> which) {
        List<Part> gone = pool.good.of(id).stream().filter(which).toList();
        for (Part part : gone) {
            pool.good.remove(part);
            part.ofRoute().ifPresent(each -> changes.add(new Change.Withdrawn(each)));
        }
    }

    /** The fingerprint that a part had when it was refused or suspended. */
    private static Optional<Integer> fingerprint(Pool pool, Part part) {
        return Optional.ofNullable(pool.refused.get(part))
                .map(Refused::fingerprint)
                .or(() -> Optional.ofNullable(pool.suspended.get(part)).map(Suspended::fingerprint));
    }

    /** The fingerprint of a part as it is published. */
    private static int published(Pool pool, Part part) {
        Published published = pool.of(part.resource());
        return published.parts.getOrDefault(part, whole(published.wanted));
    }

    private void forget(ResourceId id) {
        Pool pool = pools.get(key(id));
        if (pool == null || pool.published.remove(id) == null) {
            return;
        }
        pool.unconfirmed.remove(id);
        pool.omitting.remove(id);
        pool.opinions.remove(id);
        withdraw(pool, id, _ -> true);
        Set<Part> own = new HashSet<>(pool.refused.keySet());
        own.addAll(pool.suspended.keySet());
        own.removeIf(part -> !part.resource().equals(id));
        for (Part part : own) {
            endHold(pool, part);
        }
    }

    private Optional<Output> substitute(ResourceId id, Output output) {
        Pool pool = pools.get(key(id));
        Part whole = Part.whole(id);
        if (pool == null || !pool.refused.containsKey(whole) && !pool.suspended.containsKey(whole)) {
            return Optional.of(output);
        }
        Published published = pool.of(id);
        // A proxy keeps its own last good listener. A listener must not be removed only because this process knows no
        // good version of it.
        return published.lastGood.or(
                () -> id.typeUrl().equals(TypeUrls.LISTENER) ? Optional.of(output) : Optional.empty());
    }

    private void reject(Pool pool, String node, Position position, List<ResourceId> rejected, String message) {
        List<ResourceId> ids = new ArrayList<>();
        for (ResourceId id : rejected) {
            Published published = pool.published.get(id);
            // The answer is to an older version, and the answer to the newer one is still to come.
            if (published != null && published.isWithin(position)) {
                ids.add(id);
            }
        }
        if (ids.stream().anyMatch(id -> contradicts(pool, id, node))) {
            doubt(pool, node, message);
            return;
        }
        boolean alone = believed(pool).size() <= 1;
        ids.removeIf(id -> !alone && isNew(pool, id) && !isMost(pool, opinions(pool, id, node)));
        if (!ids.isEmpty()) {
            pool.message = message;
            pool.witness = Optional.of(node);
            pool.opinions.keySet().removeAll(ids);
            reject(pool, ids);
        }
    }

    private static Set<String> opinions(Pool pool, ResourceId id, String node) {
        Set<String> refusing = pool.opinions.computeIfAbsent(id, _ -> new HashSet<>());
        refusing.add(node);
        return refusing;
    }

    /**
     * Whether a proxy refuses what others accept: another one has accepted the present version of the resource, or all
     * that it consists of has been accepted before.
     */
    private boolean contradicts(Pool pool, ResourceId id, String node) {
        Map<String, ProxyAnswers> others = believed(pool);
        others.remove(node);
        Optional<Position> version = pool.of(id).position;
        return others.values().stream()
                        .anyMatch(each ->
                                version.filter(at -> each.accepts(id, at)).isPresent())
                || !others.isEmpty() && isAccepted(pool, id);
    }

    private static boolean isAccepted(Pool pool, ResourceId id) {
        return pool.of(id).parts.entrySet().stream()
                        .allMatch(each ->
                                isHeld(pool, each.getKey()) || each.getValue().equals(pool.good.get(each.getKey())))
                && substituted(pool, id, _ -> true).stream().allMatch(pool.good::contains)
                && suspended(pool, id).stream().allMatch(pool.good::contains);
    }

    /** Whether a part that may be at fault has no earlier form that proxies accepted: it could only be closed. */
    private static boolean isNew(Pool pool, ResourceId id) {
        return pool.of(id).parts.keySet().stream()
                .anyMatch(part -> !isHeld(pool, part) && !part.isPatch() && !pool.good.contains(part));
    }

    /** The routes' parts of a resource that are replaced while the search goes on. */
    private static List<Part> suspended(Pool pool, ResourceId id) {
        return pool.suspended.keySet().stream()
                .filter(part -> part.resource().equals(id) && part.ofRoute().isPresent())
                .toList();
    }

    /** Believes a proxy's refusals no longer, and takes back what was held back because of them. */
    private void doubt(Pool pool, String node, String message) {
        LOG.log(
                Level.WARNING,
                "{0} of {1} refuses {2} that another proxy accepts: {3}. It keeps what it has; nothing is held back for it",
                node,
                pool.key.fleet(),
                pool.key.typeUrl(),
                message);
        pool.doubted.add(node);
        pool.opinions.values().forEach(each -> each.remove(node));
        boolean searching = pool.witness.filter(node::equals).isPresent();
        Set<Part> back = new HashSet<>();
        pool.refused.forEach((part, each) -> {
            if (each.witness().filter(node::equals).isPresent()) {
                back.add(part);
            }
        });
        List<ResourceId> still = new ArrayList<>();
        if (searching) {
            back.addAll(pool.suspended.keySet());
            pool.groups.clear();
            pool.omitting.clear();
            pool.witness = believed(pool).entrySet().stream()
                    .filter(each -> pool.published.entrySet().stream()
                            .anyMatch(one -> isRefused(each.getValue(), one.getKey(), one.getValue())))
                    .map(Map.Entry::getKey)
                    .findFirst();
            Optional<ProxyAnswers> next = pool.witness.map(believed(pool)::get);
            pool.published.forEach((id, each) -> {
                each.refusedAt = Optional.empty();
                if (next.filter(proxy -> isRefused(proxy, id, each)).isPresent()) {
                    still.add(id);
                } else if (each.sent
                        .filter(sent -> sent.answer() == Answer.REFUSED)
                        .isPresent()) {
                    answered(pool, id, Answer.NONE);
                    pool.unconfirmed.add(id);
                }
            });
        }
        for (Part part : back) {
            endHold(pool, part);
            awaitNext(pool, part.resource());
            // The hold may not have been translated yet: nothing else changes the resource then.
            again.add(part.resource());
        }
        // What is published anew goes on from there: the answer to its content is known.
        still.removeIf(id -> pool.of(id).position.isEmpty());
        if (!still.isEmpty()) {
            reject(pool, still);
        }
        believed(pool).forEach((other, proxy) -> confirm(pool, other, proxy));
    }

    /** Whether a proxy refuses the version of a resource that was sent last. */
    private static boolean isRefused(ProxyAnswers proxy, ResourceId id, Published published) {
        return published
                .sent
                .filter(sent -> sent.answer() == Answer.REFUSED && proxy.refuses(id, sent.position()))
                .isPresent();
    }

    /** Continues the search after the rejection of resources as they are published now. */
    private void reject(Pool pool, List<ResourceId> ids) {
        ids.forEach(id -> {
            answered(pool, id, Answer.REFUSED);
            Published published = pool.of(id);
            published.refusedAt = published.position;
        });
        boolean found = false;
        for (ResourceId id : ids) {
            List<Part> suspects = new ArrayList<>();
            pool.of(id).parts.forEach((part, fingerprint) -> {
                if (!fingerprint.equals(pool.good.get(part)) && !isHeld(pool, part)) {
                    suspects.add(part);
                }
            });
            if (!suspects.stream().allMatch(Part::isPatch)) {
                // An accepted patch may not fit the changed resource, so it becomes a suspect again.
                pool.of(id).parts.keySet().stream()
                        .filter(part -> part.isPatch() && !isHeld(pool, part) && pool.good.remove(part))
                        .forEach(suspects::add);
            }
            if (suspects.isEmpty() ? replace(pool, id) : suspect(pool, id, suspects)) {
                found = true;
            }
        }
        if (found) {
            return;
        }
        List<Part> suspects = new ArrayList<>();
        // Accepted parts are now rejected, by a proxy of another version. All of them become suspects.
        for (ResourceId id : ids) {
            pool.of(id).parts.keySet().stream()
                    .filter(part -> !isHeld(pool, part))
                    .forEach(suspects::add);
        }
        suspects.forEach(pool.good::remove);
        if (suspects.isEmpty()) {
            ids.stream().map(Part::whole).filter(part -> !isHeld(pool, part)).forEach(suspects::add);
        }
        suspects.stream().collect(Collectors.groupingBy(Part::resource)).forEach((id, own) -> narrow(pool, id, own));
    }

    /** Searches the rejected part among {@code suspects}, which are published unchanged. */
    private boolean suspect(Pool pool, ResourceId id, List<Part> suspects) {
        boolean certain = substituted(pool, id, each -> !each.proven()).isEmpty()
                && pool.suspended.entrySet().stream()
                        .noneMatch(each -> each.getKey().resource().equals(id)
                                && !each.getValue().proven());
        if (certain) {
            narrow(pool, id, suspects);
        } else {
            // Either a replacement is rejected or a suspect is. The suspects are suspended until proxies answer to the
            // replacements.
            park(pool, id, suspects);
        }
        return true;
    }

    /**
     * No unchanged part can be the cause of the rejection, so a replacement is. Suspended parts are left out while the
     * search goes on, and rejected parts are left out until they change. Returns false if there is no replacement.
     */
    private boolean replace(Pool pool, ResourceId id) {
        List<Part> suspended = suspended(pool, id).stream()
                .filter(part -> !pool.good.contains(part))
                .toList();
        if (!suspended.isEmpty() && pool.omitting.add(id)) {
            // Parts that were found before this became known are suspects again.
            substituted(pool, id, each -> !each.proven()).forEach(part -> {
                park(pool, id, List.of(part));
                pool.refused.remove(part);
            });
            suspended.forEach(part -> suspend(pool, part));
            return true;
        }
        List<Part> unproven = substituted(pool, id, each -> !each.proven());
        List<Part> substituted = unproven.isEmpty() ? substituted(pool, id, _ -> true) : unproven;
        omit(pool, substituted);
        return !substituted.isEmpty();
    }

    private static boolean isHeld(Pool pool, Part part) {
        return pool.refused.containsKey(part) || pool.suspended.containsKey(part);
    }

    /** The rejected parts of a resource for which a replacement is served. */
    private static List<Part> substituted(Pool pool, ResourceId id, Predicate<Refused> which) {
        return pool.refused.entrySet().stream()
                .filter(each -> each.getValue().form() == Hold.Form.LAST_GOOD && which.test(each.getValue()))
                .map(Map.Entry::getKey)
                .filter(part -> part.ofRoute().isPresent() && part.resource().equals(id))
                .toList();
    }

    /** Leaves out parts whose replacement is rejected too. */
    private void omit(Pool pool, List<Part> parts) {
        for (Part part : parts) {
            pool.refused.computeIfPresent(part, (_, before) -> {
                hold(pool, part, before.fingerprint(), Hold.Form.OMITTED);
                return before.omitted();
            });
        }
    }

    /** Marks that another version of the resource is about to be published. Answers until then do not count. */
    private static void awaitNext(Pool pool, ResourceId id) {
        pool.of(id).position = Optional.empty();
        pool.unconfirmed.add(id);
    }

    /** Suspends a group of a resource's parts. The group is tried when proxies have accepted the rest. */
    private void park(Pool pool, ResourceId id, List<Part> group) {
        group.forEach(part -> suspend(pool, part));
        pool.groups.computeIfAbsent(id, _ -> new ArrayDeque<>()).push(List.copyOf(group));
    }

    private void narrow(Pool pool, ResourceId id, List<Part> suspects) {
        if (suspects.size() > 1) {
            park(pool, id, likely(pool, suspects));
            return;
        }
        Part part = suspects.getFirst();
        int fingerprint = published(pool, part);
        Set<ObjectRef> owners = part.contribution()
                .map(each -> Set.of(each.owner()))
                .orElseGet(() -> pool.of(id).wanted.owners());
        refusing.add(pool);
        pool.refused.put(
                part,
                new Refused(
                        fingerprint,
                        Hold.Form.LAST_GOOD,
                        false,
                        DataPlane.about(id.name(), pool.message),
                        owners,
                        pool.witness));
        hold(pool, part, fingerprint, Hold.Form.LAST_GOOD);
    }

    private void suspend(Pool pool, Part part) {
        int fingerprint = fingerprint(pool, part).orElseGet(() -> published(pool, part));
        boolean good = pool.good.contains(part);
        boolean omitted = pool.omitting.contains(part.resource()) && !good;
        pool.suspended.put(part, new Suspended(fingerprint, good || omitted || part.isPatch()));
        hold(pool, part, fingerprint, omitted ? Hold.Form.OMITTED : Hold.Form.LAST_GOOD);
    }

    private void hold(Pool pool, Part part, int fingerprint, Hold.Form form) {
        part.contribution()
                .ifPresentOrElse(
                        each -> {
                            Hold hold = new Hold(fingerprint, form);
                            held.put(each, hold);
                            changes.add(new Change.Held(each, Optional.of(hold)));
                            awaitNext(pool, part.resource());
                        },
                        () -> again.add(part.resource()));
    }

    /** Publishes the next group of a resource's suspended parts as a test; returns false if there is no group. */
    private boolean resume(Pool pool, ResourceId id) {
        Deque<List<Part>> groups = pool.groups.getOrDefault(id, new ArrayDeque<>());
        while (!groups.isEmpty()) {
            List<Part> group =
                    groups.pop().stream().filter(pool.suspended::containsKey).toList();
            for (Part part : group) {
                pool.suspended.remove(part);
                part.contribution()
                        .ifPresentOrElse(
                                each -> {
                                    held.remove(each);
                                    changes.add(new Change.Held(each, Optional.empty()));
                                },
                                () -> again.add(part.resource()));
            }
            if (!group.isEmpty()) {
                return true;
            }
        }
        pool.groups.remove(id);
        pool.omitting.remove(id);
        return false;
    }

    private void confirm(Pool pool, String node, ProxyAnswers proxy) {
        if (isIgnored(pool, node) || proxy.answered().isEmpty()) {
            return;
        }
        Position position = proxy.answered().get();
        List.copyOf(pool.opinions.entrySet()).stream()
                .filter(each -> pool.of(each.getKey()).isWithin(position) && !proxy.refuses(each.getKey()))
                .flatMap(each -> Set.copyOf(each.getValue()).stream())
                .distinct()
                .forEach(each -> doubt(pool, each, pool.message));
        if (pool.witness.isPresent() && !pool.witness.get().equals(node)) {
            boolean contradicted = pool.published.entrySet().stream()
                    .anyMatch(each -> each.getValue().isRefusedWithin(position) && !proxy.refuses(each.getKey()));
            if (!contradicted) {
                return;
            }
            doubt(pool, pool.witness.get(), pool.message);
        }
        if (pool.witness.isPresent() && !pool.witness.get().equals(node) || pool.unconfirmed.isEmpty()) {
            return;
        }
        for (ResourceId id : List.copyOf(pool.unconfirmed)) {
            Published published = pool.published.get(id);
            if (published == null || !published.isWithin(position)) {
                continue;
            }
            if (proxy.refuses(id)) {
                pool.unconfirmed.remove(id);
            } else {
                accept(pool, id);
            }
        }
        goOn(pool);
    }

    private static void answered(Pool pool, ResourceId id, Answer answer) {
        Published published = pool.of(id);
        published.sent = published.sent.map(sent -> sent.with(answer));
    }

    /** Records that proxies accepted a resource as it is published now. */
    private void accept(Pool pool, ResourceId id) {
        Published published = pool.of(id);
        pool.unconfirmed.remove(id);
        pool.opinions.remove(id);
        published.refusedAt = Optional.empty();
        answered(pool, id, Answer.ACCEPTED);
        pool.refused.replaceAll((part, each) -> part.resource().equals(id) ? each.accepted() : each);
        pool.suspended.replaceAll((part, each) -> part.resource().equals(id) ? each.accepted() : each);
        published.parts.forEach((part, fingerprint) -> {
            if (isHeld(pool, part)) {
                return;
            }
            if (!fingerprint.equals(pool.good.put(part, fingerprint))) {
                part.ofRoute().ifPresent(each -> changes.add(new Change.Accepted(each, fingerprint)));
            }
            if (part.contribution().isEmpty()) {
                published.lastGood = Optional.of(published.wanted);
            }
        });
    }

    /** If all resources of a pool are answered, continues each resource's search with its next group. */
    private void goOn(Pool pool) {
        if (pool.unconfirmed.isEmpty()) {
            List<ResourceId> waiting = List.copyOf(pool.groups.keySet());
            waiting.forEach(id -> resume(pool, id));
            if (pool.groups.isEmpty()) {
                pool.witness = Optional.empty();
            }
        }
    }

    /** The likely causes: patches first, then the suspects that the message quotes; without either, half of the suspects. */
    private static List<Part> likely(Pool pool, List<Part> suspects) {
        List<Part> patches = suspects.stream().filter(Part::isPatch).toList();
        if (!patches.isEmpty()) {
            return patches.size() < suspects.size()
                    ? patches
                    : List.copyOf(patches.subList(patches.size() / 2, patches.size()));
        }
        List<String> words = words(pool.message);
        Map<ResourceId, Collection<Route>> routes = new HashMap<>();
        List<Part> quoted = suspects.stream()
                .filter(part -> part.ofRoute()
                        .map(each -> mentions(
                                routes.computeIfAbsent(part.resource(), id -> routes(pool.of(id).wanted)),
                                each.owner(),
                                words))
                        .orElse(pool.message.contains(part.resource().name())))
                .toList();
        return quoted.isEmpty() || quoted.size() > suspects.size() / 2
                ? List.copyOf(suspects.subList(suspects.size() / 2, suspects.size()))
                : quoted;
    }

    private static Collection<Route> routes(Output output) {
        return switch (output.message()) {
            case RouteConfiguration table ->
                table.getVirtualHostsList().stream()
                        .map(VirtualHost::getRoutesList)
                        .flatMap(Collection::stream)
                        .toList();
            case VirtualHost host -> host.getRoutesList();
            default -> List.of();
        };
    }

    private static boolean mentions(Collection<Route> routes, ObjectRef owner, List<String> words) {
        return routes.stream()
                .filter(route -> RouteResources.isOf(route.getName(), owner))
                .map(route -> TextFormat.printer().escapingNonAscii(false).printToString(route))
                .anyMatch(text -> words.stream().anyMatch(text::contains));
    }

    /** The quotations in a message: texts in quotes, and the text after the last colon. */
    private static List<String> words(String message) {
        List<String> words = new ArrayList<>();
        Matcher matcher = QUOTED.matcher(message);
        while (matcher.find()) {
            for (int group = 1; group <= matcher.groupCount(); group++) {
                Optional.ofNullable(matcher.group(group)).ifPresent(words::add);
            }
        }
        String last = message.substring(message.lastIndexOf(": ") + 1).strip();
        if (last.length() > 1) {
            words.add(last);
        }
        return words;
    }
}
