package dev.gatehouse.ratelimit.redis;

import dev.gatehouse.ratelimit.store.CounterStore;
import dev.gatehouse.ratelimit.store.Increment;
import dev.gatehouse.ratelimit.store.StoreUnavailable;
import dev.gatehouse.redis.RedisLink;
import dev.gatehouse.redis.RedisSettings;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * Counters in Redis: one INCRBY for each increment, pipelined. A counter gets its expiry from the hit that made it, which the reply
 * tells (it equals the hits), and again at every 256th count, should the first EXPIRE have been lost with its connection.
 *
 * <p>At most {@value RedisLink#MAX_WAITING} commands wait on a connection; at that bound, past the deadline and without a connection,
 * increments fail.
 */
public final class RedisCounterStore implements CounterStore {
    private static final long SLACK_SECONDS = 2;
    private static final long REPAIR_EVERY = 256;

    private final List<RedisLink> links;
    private final AtomicInteger turn = new AtomicInteger();
    private final RedisSettings settings;
    private final InstantSource clock;

    public RedisCounterStore(Vertx vertx, RedisSettings settings, InstantSource clock, RandomGenerator random) {
        this.settings = settings;
        this.clock = clock;
        links = RedisLink.open(vertx, settings, random);
    }

    @Override
    public CompletionStage<List<Long>> increment(List<Increment> batch) {
        List<Request> commands = new ArrayList<>(batch.size());
        for (Increment increment : batch) {
            commands.add(Request.cmd(Command.INCRBY).arg(increment.key()).arg(increment.hits()));
        }
        RedisLink link = links.get(Math.floorMod(turn.getAndIncrement(), links.size()));
        return link.send(commands, settings.deadline().toMillis())
                .recover(failure -> io.vertx.core.Future.failedFuture(
                        new StoreUnavailable("redis: " + failure.getMessage(), failure)))
                .map(replies -> counts(link, batch, replies))
                .toCompletionStage();
    }

    private List<Long> counts(RedisLink link, List<Increment> batch, List<Response> replies) {
        List<Long> counts = new ArrayList<>(batch.size());
        List<Request> expiries = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            Increment increment = batch.get(i);
            long count = replies.get(i).toLong();
            counts.add(count);
            if (count == increment.hits() || count % REPAIR_EVERY == 0) {
                long seconds = increment.window().end() - clock.instant().getEpochSecond() + SLACK_SECONDS;
                expiries.add(Request.cmd(Command.EXPIRE).arg(increment.key()).arg(Math.max(1, seconds)));
            }
        }
        if (!expiries.isEmpty()) {
            link.send(expiries, settings.deadline().toMillis());
        }
        return counts;
    }

    /** Whether every connection is open. */
    public boolean connected() {
        return links.stream().allMatch(RedisLink::connected);
    }

    @Override
    public String kind() {
        return "redis";
    }

    @Override
    public void close() {
        links.forEach(RedisLink::close);
    }
}
