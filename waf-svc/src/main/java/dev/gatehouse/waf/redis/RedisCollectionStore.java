package dev.gatehouse.waf.redis;

import dev.gatehouse.redis.RedisLink;
import dev.gatehouse.redis.RedisSettings;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.collection.Change;
import dev.gatehouse.seclang.collection.CollectionStore;
import dev.gatehouse.seclang.collection.Record;
import dev.gatehouse.seclang.collection.RecordName;
import dev.gatehouse.seclang.operator.Numbers;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;

/**
 * Persistent collections in Redis. A load blocks its thread, which should be virtual, for the deadline at most; changes are sent and not
 * waited for, on the connection on which the same record is loaded, so that what this replica does later sees them. What cannot be
 * reached is an empty record, and a change that is lost: the failures are counted.
 *
 * <p>A record has at most {@value #MOST_VALUES} values of {@value #LONGEST_VALUE} bytes; the rest is not kept. How many records there are is
 * bounded by their timeout and by Redis' {@code maxmemory}.
 */
public final class RedisCollectionStore implements CollectionStore, AutoCloseable {
    static final int MOST_VALUES = 1000;
    static final int LONGEST_VALUE = 8192;
    private static final int LONGEST_KEY = 128;

    /** Told of what Redis did not do. Called by any thread; must not block. */
    public interface Failures {
        /** @param operation {@code load} or {@code change} */
        void failed(String operation);
    }

    private final List<RedisLink> links;
    private final RedisSettings settings;
    private final String prefix;
    private final InstantSource clock;
    private final Failures failures;

    /** @param prefix of all keys */
    public RedisCollectionStore(
            Vertx vertx,
            RedisSettings settings,
            String prefix,
            InstantSource clock,
            RandomGenerator random,
            Failures failures) {
        this.links = RedisLink.open(vertx, settings, random);
        this.settings = settings;
        this.prefix = prefix;
        this.clock = clock;
        this.failures = failures;
    }

    @Override
    public boolean waits() {
        return true;
    }

    @Override
    public Record load(RecordName name) {
        String key = key(name);
        long deadline = settings.deadline().toMillis();
        try {
            List<Response> replies = link(key)
                    .send(
                            List.of(Request.cmd(Command.EVAL)
                                    .arg(CollectionScripts.LOAD)
                                    .arg(1)
                                    .arg(key)),
                            deadline)
                    .toCompletionStage()
                    .toCompletableFuture()
                    .get(2 * deadline, TimeUnit.MILLISECONDS);
            return record(replies.getFirst());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            failures.failed("load");
        }
        return Record.fresh(clock.instant());
    }

    private Record record(Response reply) {
        Instant now = Instant.ofEpochMilli(reply.get(0).toLong());
        Map<String, Bytes> values = new HashMap<>();
        Map<String, Long> expiries = new HashMap<>();
        Map<String, Long> own = new HashMap<>();
        Response hash = reply.get(1);
        for (int i = 0; i + 1 < hash.size(); i += 2) {
            String field = hash.get(i).toString(StandardCharsets.UTF_8);
            Bytes value = Bytes.of(hash.get(i + 1).toBytes());
            if (field.startsWith("v:")) {
                values.put(field.substring(2), value);
            } else if (field.startsWith("x:")) {
                expiries.put(field.substring(2), Numbers.parse(value));
            } else {
                own.put(field, Numbers.parse(value));
            }
        }
        expiries.forEach((value, at) -> {
            if (at <= now.toEpochMilli()) {
                values.remove(value);
            }
        });
        long updates = own.getOrDefault("updates", 0L);
        return updates == 0
                ? Record.fresh(now)
                : new Record(
                        values,
                        Instant.ofEpochMilli(own.getOrDefault("created", now.toEpochMilli())),
                        Instant.ofEpochMilli(own.getOrDefault("updated", now.toEpochMilli())),
                        updates);
    }

    @Override
    public void change(RecordName name, List<Change> changes, Duration timeout) {
        String key = key(name);
        Request command = Request.cmd(Command.EVAL)
                .arg(CollectionScripts.CHANGE)
                .arg(1)
                .arg(key)
                .arg(Math.max(1, timeout.toMillis()))
                .arg(MOST_VALUES);
        changes.forEach(change -> {
            switch (change) {
                case Change.Set(String value, Bytes to) -> argument(command, "set", value, to);
                case Change.Add(String value, long amount) -> argument(command, "add", value, Bytes.number(amount));
                case Change.Remove(String value) -> argument(command, "remove", value, Bytes.EMPTY);
                case Change.Expire(String value, Duration after) ->
                    argument(command, "expire", value, Bytes.number(after.toMillis()));
            }
        });
        link(key).send(List.of(command), settings.deadline().toMillis()).onFailure(_ -> failures.failed("change"));
    }

    private static void argument(Request command, String what, String name, Bytes operand) {
        Bytes kept = operand.length() > LONGEST_VALUE ? operand.slice(0, LONGEST_VALUE) : operand;
        command.arg(what).arg(name).arg(Buffer.buffer(kept.toArray()));
    }

    private RedisLink link(String key) {
        return links.get(Math.floorMod(key.hashCode(), links.size()));
    }

    /** A long key is told by its hash: clients choose what is in it. */
    private String key(RecordName name) {
        byte[] bytes = name.key().toArray();
        String own = bytes.length <= LONGEST_KEY ? HexFormat.of().formatHex(bytes) : "sha256-" + hash(bytes);
        return prefix + name.application() + ":" + name.collection() + ":" + own;
    }

    private static String hash(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Whether every connection is open. */
    public boolean connected() {
        return links.stream().allMatch(RedisLink::connected);
    }

    @Override
    public void close() {
        links.forEach(RedisLink::close);
    }
}
