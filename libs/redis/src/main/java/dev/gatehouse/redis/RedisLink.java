package dev.gatehouse.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

/**
 * One connection to Redis that stays open and pipelines. When it is lost it is made again, at once and then with growing, jittered
 * pauses (50 ms to 2 s); until then commands fail at once. A server that is not the one to write to (READONLY after a failover,
 * LOADING, CLUSTERDOWN), and one that stops answering, count as lost too.
 */
public final class RedisLink implements AutoCloseable {
    private static final Logger LOG = System.getLogger(RedisLink.class.getName());
    private static final long FIRST_PAUSE_MILLIS = 50;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;
    private static final int SILENT_AFTER = 20;
    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;

    /** Begins the names of Vert.x's metrics of connections and commands, which would have none: "m__queue_size". */
    private static final String METRICS = "redis.client|gatehouse";

    /** How many commands may wait on a connection; at that bound they fail at once. */
    public static final int MAX_WAITING = 4096;

    private final Vertx vertx;
    private final RedisOptions options;
    private final RandomGenerator random;
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicInteger deadlinesMissed = new AtomicInteger();
    private volatile Attempt current;
    private volatile boolean closed;

    private record Attempt(Redis client, Future<RedisConnection> connection) {}

    /** Opens the connections that {@code settings} ask for. */
    public static List<RedisLink> open(Vertx vertx, RedisSettings settings, RandomGenerator random) {
        RedisOptions options = new RedisOptions()
                .setConnectionString(settings.url())
                .setMaxPoolSize(1)
                .setMaxPoolWaiting(1)
                .setMaxWaitingHandlers(MAX_WAITING)
                .setNetClientOptions(new NetClientOptions()
                        .setMetricsName(METRICS)
                        .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                        .setTcpNoDelay(true)
                        .setTcpKeepAlive(true)
                        .setHostnameVerificationAlgorithm("HTTPS"));
        List<RedisLink> open = new ArrayList<>();
        for (int i = 0; i < settings.connections(); i++) {
            open.add(new RedisLink(vertx, new RedisOptions(options), random));
        }
        return List.copyOf(open);
    }

    private RedisLink(Vertx vertx, RedisOptions options, RandomGenerator random) {
        this.vertx = vertx;
        this.options = options;
        this.random = random;
        this.current = attempt();
        watch(current);
    }

    /**
     * Sends commands, pipelined.
     *
     * @param deadlineMillis from now on, the connecting included
     * @return the replies, in order
     */
    public Future<List<Response>> send(List<Request> commands, long deadlineMillis) {
        Attempt attempt = current;
        return attempt.connection()
                .compose(connection -> connection.batch(commands))
                .timeout(deadlineMillis, TimeUnit.MILLISECONDS)
                .onSuccess(replies -> deadlinesMissed.set(0))
                .onFailure(failure -> inspect(attempt, failure));
    }

    private void inspect(Attempt attempt, Throwable failure) {
        if (failure instanceof TimeoutException) {
            if (deadlinesMissed.incrementAndGet() >= SILENT_AFTER) {
                lost(attempt, failure);
            }
            return;
        }
        String message = String.valueOf(failure.getMessage());
        if (message.startsWith("READONLY") || message.startsWith("LOADING") || message.startsWith("CLUSTERDOWN")) {
            lost(attempt, failure);
        }
    }

    private Attempt attempt() {
        Redis client = Redis.createClient(vertx, options);
        return new Attempt(client, client.connect());
    }

    private void watch(Attempt attempt) {
        attempt.connection()
                .onSuccess(connection -> {
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
        Attempt none = new Attempt(attempt.client(), Future.failedFuture(cause));
        if (closed || !replace(attempt, none)) {
            return;
        }
        deadlinesMissed.set(0);
        attempt.client().close();
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
            next.client().close();
        }
    }

    /** Whether the connection is open. */
    public boolean connected() {
        return current.connection().succeeded();
    }

    @Override
    public void close() {
        closed = true;
        current.client().close();
    }
}
