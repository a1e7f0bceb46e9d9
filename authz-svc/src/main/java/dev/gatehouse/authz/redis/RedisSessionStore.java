package dev.gatehouse.authz.redis;

import dev.gatehouse.authz.session.SessionStore;
import dev.gatehouse.authz.session.StoreUnavailable;
import dev.gatehouse.redis.RedisLink;
import dev.gatehouse.redis.RedisSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/**
 * Sessions in Redis (7.0 or newer), every key with an expiry. A replica learns of sessions that others ended from a stream, which it reads every 250 ms: a reading
 * that fails is noticed, where a message of pub/sub would merely be missing.
 *
 * <p>Keys, after the prefix: {@code s:} sessions, {@code i:} indexes of them (sorted by their end), {@code l:} locks, {@code o:} ids that count once,
 * and {@code ended}, the stream.
 */
public final class RedisSessionStore implements SessionStore {
    private static final long POLL_MILLIS = 250;
    private static final long STALE_MILLIS = 900;
    private static final int MOST_ENDED = 10_000;
    private static final int READ = 1_000;
    private static final Duration ENDED = Duration.ofMinutes(1);
    private static final String KEEP_LOCK =
            "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('pexpire',KEYS[1],ARGV[2]) end return 0";
    private static final String UNLOCK =
            "if redis.call('get',KEYS[1])==ARGV[1] then return redis.call('del',KEYS[1]) end return 0";

    private final Vertx vertx;
    private final RedisSettings settings;
    private final String prefix;
    private final InstantSource clock;
    private final List<RedisLink> links;
    private final AtomicInteger turn = new AtomicInteger();
    private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();
    private volatile long readMillis = System.nanoTime() / 1_000_000 - STALE_MILLIS;
    private volatile boolean closed;
    private String last = "0-0";

    /** @param prefix in front of every key */
    public RedisSessionStore(
            Vertx vertx, RedisSettings settings, String prefix, InstantSource clock, RandomGenerator random) {
        this.vertx = vertx;
        this.settings = settings;
        this.prefix = prefix;
        this.clock = clock;
        this.links = RedisLink.open(vertx, settings, random);
        readEnded();
    }

    private CompletionStage<List<Response>> send(List<Request> commands) {
        return sent(commands).toCompletionStage();
    }

    private Future<List<Response>> sent(List<Request> commands) {
        RedisLink link = links.get(Math.floorMod(turn.getAndIncrement(), links.size()));
        return link.send(commands, settings.deadline().toMillis())
                .recover(failure ->
                        Future.failedFuture(new StoreUnavailable("redis: " + failure.getMessage(), failure)));
    }

    private String session(String key) {
        return prefix + "s:" + key;
    }

    private String index(String name) {
        return prefix + "i:" + name;
    }

    private String lockOf(String key) {
        return prefix + "l:" + key;
    }

    @Override
    public CompletionStage<Optional<byte[]>> read(String key) {
        return send(List.of(Request.cmd(Command.GET).arg(session(key))))
                .thenApply(replies -> Optional.ofNullable(replies.get(0)).map(Response::toBytes));
    }

    @Override
    public CompletionStage<Void> create(
            String key, byte[] sealed, Duration life, List<String> indexes, Duration indexed) {
        List<Request> commands = new ArrayList<>();
        commands.add(
                Request.cmd(Command.SET).arg(session(key)).arg(sealed).arg("PX").arg(millis(life)));
        indexing(commands, key, indexes, indexed);
        return send(commands).thenAccept(replies -> {});
    }

    private void indexing(List<Request> commands, String key, List<String> indexes, Duration indexed) {
        long now = clock.millis();
        for (String name : indexes) {
            commands.add(Request.cmd(Command.ZREMRANGEBYSCORE)
                    .arg(index(name))
                    .arg("-inf")
                    .arg(now));
            commands.add(Request.cmd(Command.ZADD)
                    .arg(index(name))
                    .arg(now + millis(indexed))
                    .arg(key));
            for (String condition : List.of("NX", "GT")) {
                commands.add(Request.cmd(Command.PEXPIRE)
                        .arg(index(name))
                        .arg(millis(indexed))
                        .arg(condition));
            }
        }
    }

    @Override
    public CompletionStage<Boolean> replace(
            String key, byte[] sealed, Duration life, List<String> indexes, Duration indexed) {
        List<Request> commands = new ArrayList<>();
        commands.add(Request.cmd(Command.SET)
                .arg(session(key))
                .arg(sealed)
                .arg("PX")
                .arg(millis(life))
                .arg("XX"));
        indexing(commands, key, indexes, indexed);
        return send(commands).thenApply(replies -> replies.get(0) != null);
    }

    @Override
    public CompletionStage<Void> touch(String key, Duration life) {
        return send(List.of(Request.cmd(Command.PEXPIRE).arg(session(key)).arg(millis(life))))
                .thenAccept(replies -> {});
    }

    @Override
    public CompletionStage<Integer> end(Collection<String> keys) {
        List<Request> commands = new ArrayList<>();
        // Each by itself: in a cluster they are on different nodes.
        keys.forEach(key -> commands.add(Request.cmd(Command.DEL).arg(session(key))));
        for (String key : keys) {
            commands.add(Request.cmd(Command.XADD)
                    .arg(prefix + "ended")
                    .arg("MAXLEN")
                    .arg("~")
                    .arg(MOST_ENDED)
                    .arg("*")
                    .arg("k")
                    .arg(key));
        }
        commands.add(Request.cmd(Command.PEXPIRE).arg(prefix + "ended").arg(millis(ENDED)));
        int ended = keys.size();
        return send(commands)
                .thenApply(replies -> replies.subList(0, ended).stream()
                        .mapToInt(Response::toInteger)
                        .sum());
    }

    @Override
    public CompletionStage<List<String>> indexed(String name) {
        return send(List.of(Request.cmd(Command.ZRANGEBYSCORE)
                        .arg(index(name))
                        .arg(clock.millis())
                        .arg("+inf")))
                .thenApply(replies -> {
                    List<String> keys = new ArrayList<>();
                    replies.get(0).forEach(key -> keys.add(key.toString()));
                    return keys;
                });
    }

    @Override
    public CompletionStage<Boolean> first(String id, Duration remembered) {
        return taken(prefix + "o:" + id, "1", remembered);
    }

    private CompletionStage<Boolean> taken(String key, String value, Duration life) {
        return send(List.of(Request.cmd(Command.SET)
                        .arg(key)
                        .arg(value)
                        .arg("PX")
                        .arg(millis(life))
                        .arg("NX")))
                .thenApply(replies -> replies.get(0) != null);
    }

    @Override
    public CompletionStage<Boolean> lock(String key, String owner, Duration life) {
        return taken(lockOf(key), owner, life);
    }

    @Override
    public CompletionStage<Boolean> keepLock(String key, String owner, Duration life) {
        return send(List.of(Request.cmd(Command.EVAL)
                        .arg(KEEP_LOCK)
                        .arg(1)
                        .arg(lockOf(key))
                        .arg(owner)
                        .arg(millis(life))))
                .thenApply(replies -> replies.get(0).toLong() == 1);
    }

    @Override
    public CompletionStage<Void> unlock(String key, String owner) {
        return send(List.of(Request.cmd(Command.EVAL)
                        .arg(UNLOCK)
                        .arg(1)
                        .arg(lockOf(key))
                        .arg(owner)))
                .thenAccept(replies -> {});
    }

    @Override
    public void listen(Consumer<String> listener) {
        listeners.add(listener);
    }

    @Override
    public boolean upToDate() {
        return System.nanoTime() / 1_000_000 - readMillis < STALE_MILLIS;
    }

    private void readEnded() {
        long began = System.nanoTime() / 1_000_000;
        sent(List.of(Request.cmd(Command.XRANGE)
                        .arg(prefix + "ended")
                        .arg("(" + last)
                        .arg("+")
                        .arg("COUNT")
                        .arg(READ)))
                .onComplete(result -> {
                    int count = 0;
                    if (result.succeeded()) {
                        Response entries = result.result().get(0);
                        for (Response entry : entries) {
                            count++;
                            last = entry.get(0).toString();
                            String key = entry.get(1).get(1).toString(StandardCharsets.US_ASCII);
                            listeners.forEach(listener -> listener.accept(key));
                        }
                        if (count < READ) {
                            readMillis = began;
                        }
                    }
                    if (!closed) {
                        vertx.setTimer(count < READ ? POLL_MILLIS : 1, timer -> readEnded());
                    }
                });
    }

    private static long millis(Duration duration) {
        return Math.max(1, duration.toMillis());
    }

    /** Whether every connection is open. */
    public boolean connected() {
        return links.stream().allMatch(RedisLink::connected);
    }

    @Override
    public void close() {
        closed = true;
        links.forEach(RedisLink::close);
    }
}
