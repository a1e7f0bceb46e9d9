package dev.gatehouse.redis;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Redis;
import io.vertx.redis.client.RedisClientType;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.RedisOptions;
import io.vertx.redis.client.RedisReplicas;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes a connection to the server to write to: the one there is, the master that Sentinels name, or the nodes of a cluster. Who is asked is found
 * out anew each time.
 */
final class RedisConnector {
    private static final int CONNECT_TIMEOUT_MILLIS = 2_000;
    private static final int HELLO_TIMEOUT_MILLIS = 3_000;

    /** Begins the names of Vert.x's metrics of connections and commands, which would have none: "m__queue_size". */
    private static final String METRICS = "redis.client|gatehouse";

    private final Vertx vertx;
    private final RedisAddress address;
    private final RedisTls tls;
    private final AtomicInteger firstSentinel = new AtomicInteger();

    RedisConnector(Vertx vertx, RedisSettings settings) {
        this.vertx = vertx;
        this.address = settings.address();
        this.tls = settings.tls();
    }

    /** The parts of a connection that is being opened, which are closed together. */
    static final class Opening implements AutoCloseable {
        private final List<Redis> clients = new ArrayList<>();
        private boolean closed;

        private synchronized Redis holds(Redis client) {
            if (closed) {
                client.close();
            } else {
                clients.add(client);
            }
            return client;
        }

        private synchronized void drop(Redis client) {
            clients.remove(client);
            client.close();
        }

        @Override
        public synchronized void close() {
            closed = true;
            clients.forEach(Redis::close);
            clients.clear();
        }
    }

    /** @param opening is closed by who asks */
    Future<RedisConnection> connect(Opening opening) {
        return switch (address.kind()) {
            case SERVER -> connect(opening, options(address.url(address.hosts().getFirst())));
            case SENTINEL ->
                master(opening, 0)
                        .compose(host -> connect(opening, options(address.url(host)))
                                .compose(connection -> isMaster(connection, host)));
            case CLUSTER -> {
                RedisOptions options = options(address.url(address.hosts().getFirst()))
                        .setType(RedisClientType.CLUSTER)
                        .setUseReplicas(RedisReplicas.NEVER)
                        .setMaxPoolSize(8)
                        .setMaxPoolWaiting(24)
                        .setEndpoints(address.hosts().stream().map(address::url).toList());
                yield connect(opening, options);
            }
        };
    }

    /** Sends commands in their order. The nodes of a cluster get each its own: one batch must be of one slot. */
    Future<List<Response>> send(RedisConnection connection, List<Request> commands) {
        if (address.kind() != RedisAddress.Kind.CLUSTER) {
            return connection.batch(commands);
        }
        return Future.all(commands.stream().map(connection::send).toList()).map(all -> all.list());
    }

    private Future<RedisConnection> connect(Opening opening, RedisOptions options) {
        // A server that hangs takes connections, and does not say hello.
        return opening.holds(Redis.createClient(vertx, options))
                .connect()
                .timeout(HELLO_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Asks one Sentinel after another, beginning with the one that answered last. */
    private Future<String> master(Opening opening, int asked) {
        int index = Math.floorMod(firstSentinel.get() + asked, address.hosts().size());
        String sentinel = address.hosts().get(index);
        Redis client = opening.holds(Redis.createClient(vertx, options(address.sentinelUrl(sentinel))));
        return client.connect()
                .compose(connection -> connection.send(Request.cmd(Command.SENTINEL)
                        .arg("GET-MASTER-ADDR-BY-NAME")
                        .arg(address.master())))
                .timeout(CONNECT_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .compose(reply -> {
                    if (reply == null || reply.size() < 2) {
                        return Future.failedFuture(
                                "Sentinel " + sentinel + " knows no master \"" + address.master() + "\"");
                    }
                    firstSentinel.set(index);
                    String host = reply.get(0).toString();
                    return Future.succeededFuture((host.contains(":") ? "[" + host + "]" : host) + ":" + reply.get(1));
                })
                .onComplete(ignored -> opening.drop(client))
                .recover(failure ->
                        asked + 1 < address.hosts().size() ? master(opening, asked + 1) : Future.failedFuture(failure));
    }

    /** For a while after a failover Sentinels may name a server that was the master. */
    private Future<RedisConnection> isMaster(RedisConnection connection, String host) {
        return connection
                .send(Request.cmd(Command.ROLE))
                .timeout(CONNECT_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)
                .map(reply -> reply.get(0).toString())
                // The user lacks the permission for this command. The server's role also shows in its answers to
                // writes.
                .recover(failure -> String.valueOf(failure.getMessage()).startsWith("NOPERM")
                        ? Future.succeededFuture("master")
                        : Future.failedFuture(failure))
                .compose(role -> role.equals("master")
                        ? Future.succeededFuture(connection)
                        : Future.failedFuture(host + ", which the Sentinels call the master, is a " + role));
    }

    private RedisOptions options(String url) {
        NetClientOptions net = new NetClientOptions()
                .setMetricsName(METRICS)
                .setConnectTimeout(CONNECT_TIMEOUT_MILLIS)
                .setTcpNoDelay(true)
                .setTcpKeepAlive(true)
                .setHostnameVerificationAlgorithm("HTTPS");
        tls.ca().ifPresent(file -> net.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
        tls.certificate()
                .ifPresent(file -> net.setKeyCertOptions(new PemKeyCertOptions()
                        .addCertPath(file.toString())
                        .addKeyPath(tls.key().orElseThrow().toString())));
        return new RedisOptions()
                .setConnectionString(url)
                .setMaxPoolSize(1)
                .setMaxPoolWaiting(1)
                .setMaxWaitingHandlers(RedisLink.MAX_WAITING)
                .setNetClientOptions(net);
    }
}
