package dev.gatehouse.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import io.vertx.redis.client.impl.types.ErrorType;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;

/**
 * One connection to Redis that stays open and pipelines. A lost connection is reopened at once, then with growing,
 * jittered pauses (50 ms to 2 s); meanwhile commands fail at once. A server that refuses writes (READONLY after a
 * failover, LOADING, CLUSTERDOWN), or gives no answer for a second while commands wait, counts as lost too.
 */
public final class RedisLink implements AutoCloseable {
    private static final Logger LOG = System.getLogger(RedisLink.class.getName());
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;
    private static final long SILENT_NANOS = 1_000_000_000;
    /** How many commands may wait on a connection; at that bound they fail at once. */
    public static final int MAX_WAITING = 4096;

    private final Vertx vertx;
    private final RedisConnector connector;
    private final RandomGenerator random;
    private final AtomicInteger failures = new AtomicInteger();

    /** Nanoseconds of {@link System#nanoTime} since which commands wait and none was answered; 0: none waits. */
    private final AtomicLong waitingSince = new AtomicLong();

    private volatile Attempt current;
    private volatile boolean closed;

    private record Attempt(RedisConnector.Opening opening, Future<RedisConnection> connection) {}

    /** Opens the connections that {@code settings} ask for. */
    public static List<RedisLink> open(Vertx vertx, RedisSettings settings, RandomGenerator random) {
        List<RedisLink> open = new ArrayList<>();
        for (int i = 0; i < settings.connections(); i++) {
            open.add(new RedisLink(vertx, new RedisConnector(vertx, settings), random));
        }
        return List.copyOf(open);
    }

    private RedisLink(Vertx vertx, RedisConnector connector, RandomGenerator random) {
        this.vertx = vertx;
        this.connector = connector;
        this.random = random;
        this.current = attempt();
        watch(current);
    }

    /**
     * Sends commands, pipelined.
     *
     * @param deadlineMillis the time limit from now on, including connecting
     * @return the replies, in order
     */
    public Future<List<Response>> send(List<Request> commands, long deadlineMillis) {
        Attempt attempt = current;
        waitingSince.compareAndSet(0, System.nanoTime());
        return attempt.connection()
                .compose(connection -> connector.send(connection, commands))
                .timeout(deadlineMillis, TimeUnit.MILLISECONDS)
                .onSuccess(replies -> waitingSince.set(0))
                .onFailure(failure -> inspect(attempt, failure));
    }

    private void inspect(Attempt attempt, Throwable failure) {
        if (!attempt.connection().succeeded()) {
            return; // that it cannot be made is known elsewhere
        }
        String message = String.valueOf(failure.getMessage());
        if (message.startsWith("READONLY") || message.startsWith("LOADING") || message.startsWith("CLUSTERDOWN")) {
            lost(attempt, failure);
        } else if (failure instanceof ErrorType) {
            waitingSince.set(0); // an answer
        } else {
            long since = waitingSince.get();
            if (since != 0 && System.nanoTime() - since >= SILENT_NANOS) {
                lost(attempt, failure);
            }
        }
    }

    private Attempt attempt() {
        RedisConnector.Opening opening = new RedisConnector.Opening();
        return new Attempt(opening, connector.connect(opening));
    }

    private void watch(Attempt attempt) {
        attempt.connection()
                .onSuccess(connection -> {
                    waitingSince.set(0); // who asked while it was away waits for an answer of this one from now on
                    if (failures.getAndSet(0) > 0) {
                        LOG.log(Level.INFO, "Redis is back.");
                    }
                    connection.exceptionHandler(failure -> lost(attempt, failure));
                    connection.endHandler(end -> lost(attempt, new IllegalStateException("closed by the server")));
                })
                .onFailure(failure -> lost(attempt, failure));
    }

    private synchronized boolean replace(Attempt expected, Attempt next) {
        boolean same = current == expected;
        if (same) {
            current = next;
        }
        return same;
    }

    /** Does something for the current attempt only, once. */
    private void lost(Attempt attempt, Throwable cause) {
        Attempt none = new Attempt(attempt.opening(), Future.failedFuture(cause));
        if (closed || !replace(attempt, none)) {
            return;
        }
        waitingSince.set(0);
        attempt.opening().close();
        int failed = failures.incrementAndGet();
        if (failed == 1) {
            LOG.log(
                    Level.WARNING,
                    "Redis is away: {0}. Trying again until it is back.",
                    String.valueOf(cause.getMessage()));
        }
        long pause = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(failed - 1, 10));
        vertx.setTimer(pause / 2 + 1 + random.nextLong(pause / 2 + 1), timer -> reconnect(none));
    }

    private void reconnect(Attempt none) {
        if (closed) {
            return;
        }
        Attempt next = attempt();
        if (replace(none, next)) {
            watch(next);
        } else {
            next.opening().close();
        }
    }

    /** Whether the connection is open. */
    public boolean connected() {
        return current.connection().succeeded();
    }

    @Override
    public void close() {
        closed = true;
        current.opening().close();
    }
}
