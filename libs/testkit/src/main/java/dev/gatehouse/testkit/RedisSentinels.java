package dev.gatehouse.testkit;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A real Redis master with a replica on loopback, and three Sentinels that make the replica the master when the master is away for a second. */
public final class RedisSentinels implements AutoCloseable {
    /** The Sentinels' name of the master. */
    public static final String MASTER = "main";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final List<RedisServer> servers = new ArrayList<>();
    private final List<RedisServer> sentinels = new ArrayList<>();
    private final String password;
    private final String sentinelPassword;

    /** @param password of the servers; empty: none. The same for {@code sentinelPassword}. */
    public RedisSentinels(String password, String sentinelPassword) throws IOException {
        this.password = password;
        this.sentinelPassword = sentinelPassword;
        List<Integer> ports = FreePorts.some(5);
        List<String> secret = new ArrayList<>();
        if (!password.isEmpty()) {
            secret.addAll(List.of("--requirepass", password, "--masterauth", password));
        }
        servers.add(new RedisServer(ports.get(0), secret));
        List<String> replica = new ArrayList<>(secret);
        replica.addAll(List.of("--replicaof", "127.0.0.1 " + ports.get(0)));
        servers.add(new RedisServer(ports.get(1), replica));
        for (int port : ports.subList(2, 5)) {
            List<String> lines = new ArrayList<>();
            lines.add("sentinel monitor " + MASTER + " 127.0.0.1 " + ports.get(0) + " 2");
            lines.add("sentinel down-after-milliseconds " + MASTER + " 1000");
            lines.add("sentinel failover-timeout " + MASTER + " 3000");
            if (!password.isEmpty()) {
                lines.add("sentinel auth-pass " + MASTER + " " + password);
            }
            if (!sentinelPassword.isEmpty()) {
                lines.add("requirepass " + sentinelPassword);
            }
            sentinels.add(RedisServer.sentinel(port, lines));
        }
        for (RedisServer sentinel : sentinels) {
            Await.until(
                    () -> sentinel.all(auth(sentinelPassword) + "SENTINEL CKQUORUM " + MASTER).stream()
                                    .anyMatch(line -> line.contains("3 usable"))
                            && sentinel.all(auth(sentinelPassword) + "SENTINEL REPLICAS " + MASTER)
                                    .contains("ok"),
                    PATIENCE,
                    () -> "a Sentinel knows the others and the replica");
        }
    }

    private static String auth(String password) {
        return password.isEmpty() ? "" : "AUTH " + password + "\r\n";
    }

    /** The original master and its original replica. */
    public List<RedisServer> servers() {
        return servers;
    }

    /** Those who tell. */
    public List<RedisServer> sentinels() {
        return sentinels;
    }

    /** How clients reach it. */
    public String url() {
        return sentinels.stream()
                .map(node -> "127.0.0.1:" + node.port())
                .collect(Collectors.joining(
                        ",",
                        "redis+sentinel://" + (password.isEmpty() ? "" : ":" + password + "@"),
                        "/" + MASTER + (sentinelPassword.isEmpty() ? "" : "?sentinel-password=" + sentinelPassword)));
    }

    @Override
    public void close() {
        sentinels.forEach(RedisServer::close);
        servers.forEach(RedisServer::close);
    }
}
