package dev.gatehouse.controller.publish;

import dev.gatehouse.api.events.v1.DataPlaneReport;
import dev.gatehouse.controller.translate.Hold;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.controller.translate.OutputPart;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.envoyapi.TypeUrls;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ObjectRef;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Finds and isolates the parts of resources that proxies reject. A route table consists of its routes' contributions;
 * policies add parts to listeners, patches and extension servers to any resource; what remains is one part. If a resource is rejected,
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
    private static final Logger LOG = System.getLogger(Quarantine.class.getName());

    private final Set<String> exempt;
    private final Map<Pool.Key, Pool> pools = new HashMap<>();
    private final Map<String, Set<Pool.Key>> poolsOf = new HashMap<>();
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
        for (Pool.Key key : poolsOf.getOrDefault(fleet, Set.of())) {
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
        ProxyAnswers proxy = proxies(fleet).computeIfAbsent(node, _ -> new ProxyAnswers());
        switch (report.getWhatCase()) {
            case REJECTED -> {
                DataPlaneReport.Rejected rejected = report.getRejected();
                Position position = new Position(rejected.getEpoch(), rejected.getOffset());
                List<ResourceId> ids = rejected.getResourcesList().stream()
                        .map(name -> new ResourceId(fleet, rejected.getTypeUrl(), name))
                        .toList();
                ids.forEach(id -> proxy.refuse(id, position));
                Pool pool = pools.get(new Pool.Key(fleet, rejected.getTypeUrl()));
                if (pool != null && !pool.isIgnored(node)) {
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
        for (Pool.Key key : poolsOf.getOrDefault(fleet, Set.of())) {
            Pool pool = pool(key);
            if (!proxy.refuses(key.typeUrl())) {
                pool.doubted.remove(node);
            }
            confirm(pool, node, proxy);
        }
    }

    private void disconnected(String fleet, String node) {
        proxies(fleet).remove(node);
        for (Pool.Key key : poolsOf.getOrDefault(fleet, Set.of())) {
            Pool pool = pool(key);
            pool.witness = pool.witness.filter(each -> !each.equals(node));
            pool.doubted.remove(node);
            Map<ResourceId, Set<String>> decided = new HashMap<>();
            pool.opinions.forEach((id, refusing) -> {
                refusing.remove(node);
                if (pool.isMost(refusing)) {
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
            Pool.Published published = pool(Pool.Key.of(id)).published.get(id);
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
        Map<ResourceId, Pool.Answer> known = new HashMap<>();
        passed.forEach((id, output) -> {
            Pool pool = pools.get(Pool.Key.of(id));
            if (pool != null && pool.published.containsKey(id)) {
                Optional<Position> position = Optional.ofNullable(positions.get(id.fleet()));
                known.put(id, pool.publish(id, output.map(Output::message), position));
            }
        });
        known.forEach((id, answer) -> {
            Pool pool = pool(Pool.Key.of(id));
            switch (answer) {
                case NONE -> {
                    // The answer is still to come.
                }
                case ACCEPTED -> accept(pool, id);
                case REFUSED -> {
                    if (pool.witness.isPresent() && pool.contradicts(id, pool.witness.get())) {
                        doubt(pool, pool.witness.get(), pool.message);
                    } else {
                        reject(pool, List.of(id));
                    }
                }
            }
        });
        known.keySet().stream().map(Pool.Key::of).distinct().map(this::pool).forEach(this::goOn);
    }

    /** Whether {@link #pass} has resources to return even if nothing else changes. */
    public boolean isPending() {
        return !again.isEmpty();
    }

    private Map<String, ProxyAnswers> proxies(String fleet) {
        return proxies.computeIfAbsent(fleet, _ -> new HashMap<>());
    }

    private Pool pool(Pool.Key key) {
        return pools.computeIfAbsent(key, _ -> {
            poolsOf.computeIfAbsent(key.fleet(), _ -> new HashSet<>()).add(key);
            return new Pool(key, proxies(key.fleet()));
        });
    }

    private void follow(ResourceId id, Output output) {
        Pool pool = pool(Pool.Key.of(id));
        Map<Part, Integer> parts = new HashMap<>();
        if (!output.isOfRoutes()) {
            parts.put(Part.whole(id), Pool.whole(output));
        }
        output.parts().forEach((each, fingerprint) -> parts.put(new Part(id, Optional.of(each)), fingerprint));
        Pool.Published published = pool.published.get(id);
        if (published == null) {
            pool.published.put(id, new Pool.Published(output, parts));
        } else {
            published.wanted = output;
            published.parts = parts;
        }
        release(pool, id, output, parts);
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
                    .orElseGet(() -> pool.heldFingerprint(part).equals(Optional.ofNullable(parts.get(part))));
            if (!present) {
                endHold(pool, part);
            }
        }
        withdraw(pool, id, part -> !parts.containsKey(part) && !pool.isHeld(part));
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
            part.lasting().ifPresent(each -> changes.add(new Change.Withdrawn(each)));
        }
    }

    private void forget(ResourceId id) {
        Pool pool = pools.get(Pool.Key.of(id));
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
        Pool pool = pools.get(Pool.Key.of(id));
        Part whole = Part.whole(id);
        if (pool == null || !pool.refused.containsKey(whole) && !pool.suspended.containsKey(whole)) {
            return Optional.of(output);
        }
        Pool.Published published = pool.of(id);
        // A proxy keeps its own last good listener. A listener must not be removed only because this process knows no
        // good version of it.
        return published.lastGood.or(
                () -> id.typeUrl().equals(TypeUrls.LISTENER) ? Optional.of(output) : Optional.empty());
    }

    private void reject(Pool pool, String node, Position position, List<ResourceId> rejected, String message) {
        List<ResourceId> ids = new ArrayList<>();
        for (ResourceId id : rejected) {
            Pool.Published published = pool.published.get(id);
            // The answer is to an older version, and the answer to the newer one is still to come.
            if (published != null && published.isWithin(position)) {
                ids.add(id);
            }
        }
        if (ids.stream().anyMatch(id -> pool.contradicts(id, node))) {
            doubt(pool, node, message);
            return;
        }
        boolean alone = pool.believed().size() <= 1;
        ids.removeIf(id -> !alone && pool.isNew(id) && !pool.isMost(pool.refusing(id, node)));
        if (!ids.isEmpty()) {
            pool.message = message;
            pool.witness = Optional.of(node);
            pool.opinions.keySet().removeAll(ids);
            reject(pool, ids);
        }
    }

    /** Believes a proxy's refusals no longer, and takes back what was held back because of them. */
    private void doubt(Pool pool, String node, String message) {
        LOG.log(
                Level.WARNING,
                "{0} of {1} refuses {2} that another proxy accepts: {3}. It keeps what it has; nothing is held back for it",
                node,
                pool.key().fleet(),
                pool.key().typeUrl(),
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
            pool.witness = pool.believed().entrySet().stream()
                    .filter(each ->
                            pool.published.keySet().stream().anyMatch(id -> pool.isRefusedBy(each.getValue(), id)))
                    .map(Map.Entry::getKey)
                    .findFirst();
            Optional<ProxyAnswers> next = pool.witness.map(pool.believed()::get);
            pool.published.forEach((id, each) -> {
                each.refusedAt = Optional.empty();
                if (next.filter(proxy -> pool.isRefusedBy(proxy, id)).isPresent()) {
                    still.add(id);
                } else if (each.sent
                        .filter(sent -> sent.answer() == Pool.Answer.REFUSED)
                        .isPresent()) {
                    pool.answer(id, Pool.Answer.NONE);
                    pool.unconfirmed.add(id);
                }
            });
        }
        for (Part part : back) {
            endHold(pool, part);
            pool.awaitNext(part.resource());
            // The hold may not have been translated yet: nothing else changes the resource then.
            again.add(part.resource());
        }
        // What is published anew goes on from there: the answer to its content is known.
        still.removeIf(id -> pool.of(id).position.isEmpty());
        if (!still.isEmpty()) {
            reject(pool, still);
        }
        pool.believed().forEach((other, proxy) -> confirm(pool, other, proxy));
    }

    /** Continues the search after the rejection of resources as they are published now. */
    private void reject(Pool pool, List<ResourceId> ids) {
        ids.forEach(id -> {
            pool.answer(id, Pool.Answer.REFUSED);
            Pool.Published published = pool.of(id);
            published.refusedAt = published.position;
        });
        boolean found = false;
        for (ResourceId id : ids) {
            List<Part> replaced = Suspects.namedReplacements(pool, id);
            if (!replaced.isEmpty()) {
                replaced.forEach(part -> omit(pool, part));
                found = true;
                continue;
            }
            List<Part> suspects = new ArrayList<>();
            pool.of(id).parts.forEach((part, fingerprint) -> {
                if (!fingerprint.equals(pool.good.get(part)) && !pool.isHeld(part)) {
                    suspects.add(part);
                }
            });
            if (!suspects.stream().allMatch(Part::isPatch)) {
                // An accepted patch may not fit the changed resource, so it becomes a suspect again.
                pool.of(id).parts.keySet().stream()
                        .filter(part -> part.isPatch() && !pool.isHeld(part) && pool.recall(part))
                        .forEach(suspects::add);
                // Code that proxies had loaded may fail when it is loaded again.
                Suspects.named(pool, id).stream().filter(pool::recall).forEach(suspects::add);
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
                    .filter(part -> !pool.isHeld(part))
                    .forEach(suspects::add);
        }
        suspects.forEach(pool::recall);
        if (suspects.isEmpty()) {
            ids.stream().map(Part::whole).filter(part -> !pool.isHeld(part)).forEach(suspects::add);
        }
        suspects.stream().collect(Collectors.groupingBy(Part::resource)).forEach((id, own) -> narrow(pool, id, own));
    }

    /** Searches the rejected part among {@code suspects}, which are published unchanged. */
    private boolean suspect(Pool pool, ResourceId id, List<Part> suspects) {
        boolean certain = pool.substituted(id, each -> !each.proven()).isEmpty()
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
        List<Part> suspended = pool.suspendedRoutes(id).stream()
                .filter(part -> !pool.good.contains(part))
                .toList();
        if (!suspended.isEmpty() && pool.omitting.add(id)) {
            // Parts that were found before this became known are suspects again.
            pool.substituted(id, each -> !each.proven()).forEach(part -> {
                park(pool, id, List.of(part));
                pool.refused.remove(part);
            });
            suspended.forEach(part -> suspend(pool, part));
            return true;
        }
        List<Part> unproven = pool.substituted(id, each -> !each.proven());
        List<Part> substituted = unproven.isEmpty() ? pool.substituted(id, _ -> true) : unproven;
        substituted.forEach(part -> omit(pool, part));
        return !substituted.isEmpty();
    }

    /** Leaves out a part whose replacement is rejected too. */
    private void omit(Pool pool, Part part) {
        pool.refused.computeIfPresent(part, (_, before) -> before.omitted());
        pool.heldFingerprint(part).ifPresent(fingerprint -> hold(pool, part, fingerprint, Hold.Form.OMITTED));
    }

    /** Suspends a group of a resource's parts. The group is tried when proxies have accepted the rest. */
    private void park(Pool pool, ResourceId id, List<Part> group) {
        group.forEach(part -> suspend(pool, part));
        pool.groups.computeIfAbsent(id, _ -> new ArrayDeque<>()).push(List.copyOf(group));
    }

    private void narrow(Pool pool, ResourceId id, List<Part> suspects) {
        if (suspects.size() > 1) {
            park(pool, id, Suspects.likely(pool, suspects));
            return;
        }
        Part part = suspects.getFirst();
        int fingerprint = pool.currentFingerprint(part);
        Set<ObjectRef> owners = part.contribution()
                .map(each -> Set.of(each.owner()))
                .orElseGet(() -> pool.of(id).wanted.owners());
        if (pool.wasAccepted(part, fingerprint)) {
            // Its last accepted form is the one that proxies refuse by now.
            part.lasting().ifPresent(each -> changes.add(new Change.Withdrawn(each)));
        }
        refusing.add(pool);
        pool.refused.put(
                part,
                new Pool.Refused(
                        fingerprint,
                        Hold.Form.LAST_GOOD,
                        false,
                        DataPlane.about(id.name(), pool.message),
                        owners,
                        pool.witness));
        hold(pool, part, fingerprint, Hold.Form.LAST_GOOD);
    }

    private void suspend(Pool pool, Part part) {
        int fingerprint = pool.heldFingerprint(part).orElseGet(() -> pool.currentFingerprint(part));
        boolean good = pool.good.contains(part);
        boolean omitted = pool.omitting.contains(part.resource()) && !good;
        pool.suspended.put(
                part,
                new Pool.Suspended(
                        fingerprint,
                        good || omitted || part.isPatch() || part.ofPolicy().isPresent()));
        hold(pool, part, fingerprint, omitted ? Hold.Form.OMITTED : Hold.Form.LAST_GOOD);
    }

    private void hold(Pool pool, Part part, int fingerprint, Hold.Form form) {
        part.contribution()
                .ifPresentOrElse(
                        each -> {
                            Hold hold = new Hold(fingerprint, form);
                            held.put(each, hold);
                            changes.add(new Change.Held(each, Optional.of(hold)));
                            pool.awaitNext(part.resource());
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
        if (pool.isIgnored(node) || proxy.answered().isEmpty()) {
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
            Pool.Published published = pool.published.get(id);
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

    /** Records that proxies accepted a resource as it is published now. */
    private void accept(Pool pool, ResourceId id) {
        Pool.Published published = pool.of(id);
        pool.unconfirmed.remove(id);
        pool.opinions.remove(id);
        published.refusedAt = Optional.empty();
        pool.answer(id, Pool.Answer.ACCEPTED);
        pool.refused.replaceAll((part, each) -> part.resource().equals(id) ? each.accepted() : each);
        pool.suspended.replaceAll((part, each) -> part.resource().equals(id) ? each.accepted() : each);
        published.parts.forEach((part, fingerprint) -> {
            if (pool.isHeld(part)) {
                return;
            }
            pool.wasAccepted(part, fingerprint);
            if (!fingerprint.equals(pool.good.put(part, fingerprint))) {
                part.lasting().ifPresent(each -> changes.add(new Change.Accepted(each, fingerprint)));
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
}
