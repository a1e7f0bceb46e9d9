package dev.gatehouse.controller.publish;

import com.google.protobuf.Message;
import dev.gatehouse.controller.translate.Hold;
import dev.gatehouse.controller.translate.Output;
import dev.gatehouse.events.Position;
import dev.gatehouse.events.ResourceId;
import dev.gatehouse.gatewayapi.ObjectRef;
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
import org.jspecify.annotations.Nullable;

/**
 * What is published of the resources of one type to one fleet, and what its proxies think of it: a proxy's refusal may concern several of them. Not thread-safe.
 */
final class Pool {
    /** @param typeUrl of the resources */
    record Key(String fleet, String typeUrl) {
        static Key of(ResourceId id) {
            return new Key(id.fleet(), id.typeUrl());
        }
    }

    /**
     * A part that proxies reject.
     *
     * @param proven true if proxies have accepted the part's replacement; until then the replacement itself may be
     * rejected
     * @param witness the proxy whose answers led to the part
     */
    record Refused(
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
    record Suspended(int fingerprint, boolean proven) {
        Suspended accepted() {
            return new Suspended(fingerprint, true);
        }
    }

    /** The proxies' answer to a version of a resource. */
    enum Answer {
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
    record Sent(Optional<Message> message, Position position, Answer answer) {
        Sent with(Answer answered) {
            return new Sent(message, position, answered);
        }
    }

    /** A resource with its last published version. */
    static final class Published {
        Output wanted;
        Map<Part, Integer> parts;
        Optional<Sent> sent = Optional.empty();
        /** The transaction since which the sent version is current; empty: another version is about to be published. */
        Optional<Position> position = Optional.empty();
        /** The transaction of the last version that the witness refused. */
        Optional<Position> refusedAt = Optional.empty();
        /** The last accepted version, for a resource without contributions of routes. */
        Optional<Output> lastGood = Optional.empty();

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
    static final class Good {
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

    final Map<ResourceId, Published> published = new HashMap<>();
    final Set<ResourceId> unconfirmed = new HashSet<>();
    final Good good = new Good();
    /** The fingerprints of accepted parts that are suspects again. */
    private final Map<Part, Integer> recalled = new HashMap<>();

    final Map<Part, Refused> refused = new HashMap<>();
    final Map<Part, Suspended> suspended = new HashMap<>();
    /** For each resource, the groups of suspended parts that are still to be tried, one group at a time. */
    final Map<ResourceId, Deque<List<Part>>> groups = new LinkedHashMap<>();

    /**
     * The resources whose suspended parts without a last good version are left out, since proxies reject them even
     * if they are answered with 500.
     */
    final Set<ResourceId> omitting = new HashSet<>();

    /** The proxies that refuse the present version of a resource, where one refusal is not enough. */
    final Map<ResourceId, Set<String>> opinions = new HashMap<>();

    /** The proxies that refused what another one accepts. */
    final Set<String> doubted = new HashSet<>();

    /** The proxy whose answers the search follows, and what it said last. */
    Optional<String> witness = Optional.empty();

    String message = "";

    private final Key key;
    private final Map<String, ProxyAnswers> proxies;

    /** @param proxies the connected proxies of the fleet; it changes */
    Pool(Key key, Map<String, ProxyAnswers> proxies) {
        this.key = key;
        this.proxies = proxies;
    }

    Key key() {
        return key;
    }

    /** The connected proxies that are believed. */
    Map<String, ProxyAnswers> believed() {
        Map<String, ProxyAnswers> believed = new HashMap<>(proxies);
        believed.keySet().removeAll(doubted);
        return believed;
    }

    /** Whether the proxy's refusals do not count. Where all proxies are doubted, all count. */
    boolean isIgnored(String node) {
        return doubted.contains(node) && !believed().isEmpty();
    }

    /** Whether these are more than half of the proxies that are believed. */
    boolean isMost(Set<String> refusing) {
        return 2 * refusing.size() > believed().size() && !refusing.isEmpty();
    }

    /**
     * Whether a proxy refuses what others accept: another one has accepted the present version of the resource, or all
     * that it consists of has been accepted before.
     */
    boolean contradicts(ResourceId id, String node) {
        Map<String, ProxyAnswers> others = believed();
        others.remove(node);
        Optional<Position> version = of(id).position;
        return others.values().stream()
                        .anyMatch(each ->
                                version.filter(at -> each.accepts(id, at)).isPresent())
                || !others.isEmpty() && isAccepted(id);
    }

    Published of(ResourceId id) {
        return Objects.requireNonNull(published.get(id), () -> id + " is not published");
    }

    /** The fingerprint that a part had when it was refused or suspended. */
    Optional<Integer> heldFingerprint(Part part) {
        return Optional.ofNullable(refused.get(part))
                .map(Refused::fingerprint)
                .or(() -> Optional.ofNullable(suspended.get(part)).map(Suspended::fingerprint));
    }

    /** The fingerprint of a part as it is published. */
    int currentFingerprint(Part part) {
        Published published = of(part.resource());
        return published.parts.getOrDefault(part, whole(published.wanted));
    }

    /** The proxies that refuse the present version of a resource, {@code node} being one of them. */
    Set<String> refusing(ResourceId id, String node) {
        Set<String> refusing = opinions.computeIfAbsent(id, _ -> new HashSet<>());
        refusing.add(node);
        return refusing;
    }

    /** Whether proxies have accepted all that a resource consists of. */
    private boolean isAccepted(ResourceId id) {
        return of(id).parts.entrySet().stream()
                        .allMatch(
                                each -> isHeld(each.getKey()) || each.getValue().equals(good.get(each.getKey())))
                && substituted(id, _ -> true).stream().allMatch(good::contains)
                && suspendedRoutes(id).stream().allMatch(good::contains);
    }

    /** Whether a part that may be at fault has no earlier form that proxies accepted: it could only be closed. */
    boolean isNew(ResourceId id) {
        return of(id).parts.keySet().stream()
                .anyMatch(part -> !isHeld(part) && !part.isPatch() && !good.contains(part));
    }

    /** The routes' parts of a resource that are replaced while the search goes on. */
    List<Part> suspendedRoutes(ResourceId id) {
        return suspended.keySet().stream()
                .filter(part -> part.resource().equals(id) && part.ofRoute().isPresent())
                .toList();
    }

    /** Makes an accepted part a suspect again; returns false if it was not accepted. */
    boolean recall(Part part) {
        Optional<Integer> fingerprint = Optional.ofNullable(good.get(part));
        fingerprint.ifPresent(each -> recalled.put(part, each));
        return good.remove(part);
    }

    /** Whether a part that is a suspect now was accepted as it is; the answer is for one time. */
    boolean wasAccepted(Part part, int fingerprint) {
        return Optional.ofNullable(recalled.remove(part))
                .filter(each -> each == fingerprint)
                .isPresent();
    }

    /** Whether a part is replaced, for good or for the time of a search. */
    boolean isHeld(Part part) {
        return refused.containsKey(part) || suspended.containsKey(part);
    }

    /** The rejected parts of a resource for which a replacement is served. */
    List<Part> substituted(ResourceId id, Predicate<Refused> which) {
        return refused.entrySet().stream()
                .filter(each -> each.getValue().form() == Hold.Form.LAST_GOOD && which.test(each.getValue()))
                .map(Map.Entry::getKey)
                .filter(part -> part.ofRoute().isPresent() && part.resource().equals(id))
                .toList();
    }

    /** Marks that another version of the resource is about to be published. Answers until then do not count. */
    void awaitNext(ResourceId id) {
        of(id).position = Optional.empty();
        unconfirmed.add(id);
    }

    /** Records what proxies say of the version of a resource that was sent last. */
    void answer(ResourceId id, Answer answer) {
        Published published = of(id);
        published.sent = published.sent.map(sent -> sent.with(answer));
    }

    /**
     * Records the version of a resource that is published now; empty: the resource is left out.
     *
     * @param position its transaction; empty: nothing was sent
     * @return the proxies' answer to that version, if they were sent it before
     */
    Answer publish(ResourceId id, Optional<Message> message, Optional<Position> position) {
        Published published = of(id);
        Optional<Sent> same = published.sent.filter(sent -> sent.message().equals(message));
        published.sent = same.or(() -> position.map(at -> new Sent(message, at, Answer.NONE)));
        published.position = published.sent.map(Sent::position);
        unconfirmed.add(id);
        if (same.isEmpty()) {
            opinions.remove(id);
        }
        return same.map(Sent::answer).orElse(Answer.NONE);
    }

    /** The fingerprint of a resource without its patches and policies, which have fingerprints of their own. */
    static int whole(Output output) {
        return output.clues()
                .own()
                .orElseGet(() -> output.unpatched().orElse(output.message()).hashCode());
    }

    /** Whether a proxy refuses the version of a resource that was sent last. */
    boolean isRefusedBy(ProxyAnswers proxy, ResourceId id) {
        return of(id).sent
                .filter(sent -> sent.answer() == Answer.REFUSED && proxy.refuses(id, sent.position()))
                .isPresent();
    }
}
