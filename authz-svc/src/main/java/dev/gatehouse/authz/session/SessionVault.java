package dev.gatehouse.authz.session;

import dev.gatehouse.authz.seal.Hash;
import dev.gatehouse.authz.seal.Seal;
import dev.gatehouse.time.SteadyTime;
import dev.gatehouse.tracing.Tracing;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;

/**
 * The store's sessions, opened with tickets, for all policies of a process. Renewing a session is under a lock that its holder keeps while the
 * provider takes its time; who does not get the lock waits for the new record, for {@value #MOST_WAITS} looks of 50 ms.
 */
public final class SessionVault {
    static final int ID_BYTES = 16;
    private static final Duration LOCK = Duration.ofSeconds(10);
    private static final Duration KEEP = Duration.ofSeconds(3);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final int MOST_WAITS = 30;
    private static final int MOST_WRITES = 5;
    private static final Duration REPLAY = Duration.ofMinutes(10);

    private final SessionStore store;
    private final NearCache near;
    private final InstantSource clock;
    private final InstantSource passing;
    private final RandomGenerator random;
    private final Pause pause;
    private final Map<String, CompletableFuture<Renewal>> underWay = new ConcurrentHashMap<>();
    private final Map<String, Instant> touched = new ConcurrentHashMap<>();
    private final int nearSessions;

    /**
     * @param nearSessions how many sessions are kept near
     * @param random has to be cryptographically strong
     */
    public SessionVault(
            SessionStore store, int nearSessions, InstantSource clock, RandomGenerator random, Pause pause) {
        this.store = store;
        this.near = new NearCache(nearSessions, clock);
        this.nearSessions = nearSessions;
        this.clock = clock;
        this.passing = SteadyTime.beside(clock);
        this.random = random;
        this.pause = pause;
        store.listen(near::ended);
    }

    /** An id and a key, of which the store has neither. */
    record Ticket(byte[] id, byte[] key) {
        private static final int TEXT = 64;

        static Optional<Ticket> parse(String text) {
            if (text.length() != TEXT) {
                return Optional.empty();
            }
            try {
                byte[] bytes = Base64.getUrlDecoder().decode(text);
                byte[] id = new byte[ID_BYTES];
                byte[] key = new byte[Seal.KEY_BYTES];
                System.arraycopy(bytes, 0, id, 0, ID_BYTES);
                System.arraycopy(bytes, ID_BYTES, key, 0, Seal.KEY_BYTES);
                return Optional.of(new Ticket(id, key));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }

        String text() {
            byte[] bytes = new byte[ID_BYTES + Seal.KEY_BYTES];
            System.arraycopy(id, 0, bytes, 0, ID_BYTES);
            System.arraycopy(key, 0, bytes, ID_BYTES, Seal.KEY_BYTES);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
        }

        @Override
        public String toString() {
            return "Ticket";
        }
    }

    private static String key(String policy, byte[] id) {
        return Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(Hash.of("session-key", policy.getBytes(StandardCharsets.UTF_8), id));
    }

    private static byte[] context(String policy, String key) {
        return Hash.of("session", policy, key);
    }

    CompletionStage<Optional<Held>> find(String policy, Ticket ticket, Lifetimes lifetimes) {
        String key = key(policy, ticket.id());
        Optional<Held> cached = store.upToDate() ? near.find(key, ticket.key()) : Optional.empty();
        CompletionStage<Optional<Held>> found =
                cached.isPresent() ? CompletableFuture.completedFuture(cached) : read(policy, key, ticket.key());
        return found.thenApply(held -> {
            held.ifPresent(session -> touch(session, lifetimes));
            return held;
        });
    }

    private CompletionStage<Optional<Held>> read(String policy, String key, byte[] ticket) {
        Instant began = near.now();
        return store.read(key).thenApply(found -> {
            Optional<Held> held = found.flatMap(bytes -> Seal.open(ticket, bytes, context(policy, key)))
                    .flatMap(Session::decode)
                    .map(session -> new Held(session, key, ticket, List.of(), List.of()));
            held.ifPresent(session -> near.put(session, began));
            return held;
        });
    }

    /** Notes that a session is used, so that it does not end as idle; now and then is often enough. */
    private void touch(Held held, Lifetimes lifetimes) {
        lifetimes.touch().ifPresent(every -> {
            Instant now = passing.instant();
            Instant last = touched.get(held.key());
            if (last != null && last.plus(every).isAfter(now)) {
                return;
            }
            if (touched.size() >= nearSessions) {
                touched.values().removeIf(then -> then.plus(every).isBefore(now));
            }
            if (touched.size() < nearSessions) {
                touched.put(held.key(), now);
            }
            store.touch(held.key(), lifetimes.keep(held.session(), clock.instant()));
        });
    }

    CompletionStage<String> begin(String policy, Session session, Lifetimes lifetimes) {
        byte[] id = new byte[ID_BYTES];
        byte[] ticketKey = new byte[Seal.KEY_BYTES];
        random.nextBytes(id);
        random.nextBytes(ticketKey);
        Ticket ticket = new Ticket(id, ticketKey);
        String key = key(policy, id);
        Instant now = clock.instant();
        return store.create(
                        key,
                        Seal.close(ticketKey, session.encode(), context(policy, key), random),
                        lifetimes.keep(session, now),
                        session.indexes(),
                        Duration.between(now, lifetimes.end(session)))
                .thenApply(nothing -> ticket.text());
    }

    /** False: the session was over already. */
    CompletionStage<Boolean> end(String key) {
        near.ended(key);
        touched.remove(key);
        return store.end(List.of(key)).thenApply(ended -> ended > 0);
    }

    CompletionStage<Integer> endAll(List<String> indexes) {
        CompletionStage<List<String>> keys = CompletableFuture.completedFuture(new ArrayList<>());
        for (String index : indexes) {
            keys = keys.thenCombine(store.indexed(index), (all, some) -> {
                all.addAll(some);
                return all;
            });
        }
        return keys.thenCompose(all -> {
            all.forEach(near::ended);
            return all.isEmpty() ? CompletableFuture.completedFuture(0) : store.end(all);
        });
    }

    CompletionStage<Boolean> first(String id) {
        return first(id, REPLAY);
    }

    /** Whether {@code id} is seen for the first time, by any replica that shares the store. */
    public CompletionStage<Boolean> first(String id, Duration remembered) {
        return store.first(id, remembered);
    }

    CompletionStage<Renewal> renew(
            String policy,
            Lifetimes lifetimes,
            Held held,
            Predicate<Session> fresh,
            Function<Session, CompletionStage<Renewal.Outcome>> call) {
        CompletableFuture<Renewal> mine = new CompletableFuture<>();
        CompletableFuture<Renewal> other = underWay.putIfAbsent(held.key(), mine);
        if (other != null) {
            return Tracing.keep(other);
        }
        byte[] owner = new byte[ID_BYTES];
        random.nextBytes(owner);
        Renewing renewing = new Renewing(
                policy, lifetimes, held, fresh, call, Base64.getUrlEncoder().encodeToString(owner));
        renewing.attempt(MOST_WAITS).whenComplete((renewal, failure) -> {
            underWay.remove(held.key(), mine);
            mine.complete(failure == null ? renewal : new Renewal.Unavailable("the store: " + failure.getMessage()));
        });
        return Tracing.keep(mine);
    }

    /** One renewal of one session on this replica. */
    private final class Renewing {
        private final String policy;
        private final Lifetimes lifetimes;
        private final Held held;
        private final Predicate<Session> fresh;
        private final Function<Session, CompletionStage<Renewal.Outcome>> call;
        private final String owner;
        private final AtomicBoolean done = new AtomicBoolean();

        Renewing(
                String policy,
                Lifetimes lifetimes,
                Held held,
                Predicate<Session> fresh,
                Function<Session, CompletionStage<Renewal.Outcome>> call,
                String owner) {
            this.policy = policy;
            this.lifetimes = lifetimes;
            this.held = held;
            this.fresh = fresh;
            this.call = call;
            this.owner = owner;
        }

        CompletionStage<Renewal> attempt(int waits) {
            return store.lock(held.key(), owner, LOCK).thenCompose(mine -> {
                if (mine) {
                    keep();
                    return locked().whenComplete((renewal, failure) -> {
                        done.set(true);
                        store.unlock(held.key(), owner);
                    });
                }
                return look().thenCompose(seen -> {
                    if (seen.isPresent()) {
                        return CompletableFuture.completedFuture(seen.get());
                    }
                    return waits <= 0
                            ? CompletableFuture.completedFuture(
                                    new Renewal.Unavailable("another replica is renewing the session"))
                            : pause.of(LOOK).thenCompose(nothing -> attempt(waits - 1));
                });
            });
        }

        private void keep() {
            pause.of(KEEP).thenAccept(nothing -> {
                if (!done.get()) {
                    store.keepLock(held.key(), owner, LOCK);
                    keep();
                }
            });
        }

        /** What the store has now, if that decides. */
        private CompletionStage<Optional<Renewal>> look() {
            return read(policy, held.key(), held.ticket()).thenApply(now -> {
                if (now.isEmpty()) {
                    return Optional.of(new Renewal.Over("it has ended"));
                }
                return fresh.test(now.get().session()) ? Optional.of(new Renewal.Current(now.get())) : Optional.empty();
            });
        }

        private CompletionStage<Renewal> locked() {
            return read(policy, held.key(), held.ticket()).thenCompose(now -> {
                if (now.isEmpty()) {
                    return CompletableFuture.completedFuture(new Renewal.Over("it has ended"));
                }
                if (fresh.test(now.get().session())) {
                    return CompletableFuture.completedFuture(new Renewal.Current(now.get()));
                }
                return call.apply(now.get().session()).thenCompose(outcome -> switch (outcome) {
                    case Renewal.Outcome.Renewed renewed -> write(renewed.session(), MOST_WRITES);
                    case Renewal.Outcome.Ended ended ->
                        end(held.key()).<Renewal>thenApply(nothing -> new Renewal.Over(ended.why()));
                    case Renewal.Outcome.Refused refused ->
                        CompletableFuture.completedFuture(new Renewal.Refused(refused.why()));
                    case Renewal.Outcome.Failed failed ->
                        CompletableFuture.completedFuture(new Renewal.Unavailable(failed.why()));
                });
            });
        }

        /** A refresh token that was used once may be of no use any more: the new one is not given up at the first failure. */
        private CompletionStage<Renewal> write(Session session, int tries) {
            Instant now = clock.instant();
            byte[] sealed = Seal.close(held.ticket(), session.encode(), context(policy, held.key()), random);
            return store.replace(
                            held.key(),
                            sealed,
                            lifetimes.keep(session, now),
                            session.indexes(),
                            Duration.between(now, lifetimes.end(session)))
                    .<Renewal>thenApply(there -> {
                        if (!there) {
                            return new Renewal.Over("it ended while it was renewed");
                        }
                        Held renewed = new Held(session, held.key(), held.ticket(), List.of(), List.of());
                        near.put(renewed, now);
                        return new Renewal.Current(renewed);
                    })
                    .exceptionallyCompose(failure -> tries <= 1
                            ? CompletableFuture.failedFuture(failure)
                            : pause.of(LOOK.multipliedBy(4)).thenCompose(nothing -> write(session, tries - 1)));
        }
    }
}
