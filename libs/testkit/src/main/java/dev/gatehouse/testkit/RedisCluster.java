package dev.gatehouse.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A real Redis cluster on loopback: three masters, and a replica of each that takes over within seconds. */
public final class RedisCluster implements AutoCloseable {
    private static final int MASTERS = 3;
    private static final int SLOTS = 16_384;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Path folder;
    private final List<RedisServer> nodes = new ArrayList<>();

    /** @param more options of each node */
    public RedisCluster(List<String> more) throws IOException {
        folder = Files.createTempDirectory("redis-cluster");
        List<Integer> ports = FreePorts.some(4 * MASTERS);
        for (int i = 0; i < 2 * MASTERS; i++) {
            List<String> options = new ArrayList<>(List.of("--cluster-enabled", "yes"));
            options.addAll(List.of("--cluster-port", Integer.toString(ports.get(2 * MASTERS + i))));
            options.addAll(List.of("--dir", folder.toString(), "--cluster-config-file", "node-" + i + ".conf"));
            options.addAll(List.of("--cluster-node-timeout", "1000"));
            options.addAll(more);
            nodes.add(new RedisServer(ports.get(i), options));
        }
        for (int i = 0; i < MASTERS; i++) {
            nodes.get(i).ask("CLUSTER ADDSLOTSRANGE " + SLOTS * i / MASTERS + " " + (SLOTS * (i + 1) / MASTERS - 1));
            nodes.get(i).ask("CLUSTER SET-CONFIG-EPOCH " + (i + 1));
        }
        for (int i = 1; i < nodes.size(); i++) {
            nodes.getFirst().ask("CLUSTER MEET 127.0.0.1 " + ports.get(i) + " " + ports.get(2 * MASTERS + i));
        }
        await("all know each other", node -> info(node, "cluster_known_nodes").equals("" + nodes.size()));
        for (int i = 0; i < MASTERS; i++) {
            nodes.get(MASTERS + i)
                    .ask("CLUSTER REPLICATE " + nodes.get(i).all("CLUSTER MYID").getFirst());
        }
        await("it serves", node -> info(node, "cluster_state").equals("ok"));
        for (RedisServer replica : nodes.subList(MASTERS, nodes.size())) {
            Await.until(
                    () -> replica.all("INFO replication").contains("master_link_status:up"),
                    PATIENCE,
                    () -> "a replica has what its master has");
        }
    }

    private interface Holds {
        boolean of(RedisServer node) throws IOException;
    }

    private void await(String what, Holds holds) {
        for (RedisServer node : nodes) {
            Await.until(() -> holds.of(node), PATIENCE, () -> "the cluster: " + what);
        }
    }

    private static String info(RedisServer node, String field) throws IOException {
        return node.all("CLUSTER INFO").stream()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1))
                .findFirst()
                .orElse("");
    }

    /** The three masters that it began with. */
    public List<RedisServer> masters() {
        return nodes.subList(0, MASTERS);
    }

    /** How clients reach it: three of its nodes. */
    public String url() {
        return masters().stream()
                .map(node -> "127.0.0.1:" + node.port())
                .collect(Collectors.joining(",", "redis+cluster://", ""));
    }

    @Override
    public void close() {
        nodes.forEach(RedisServer::close);
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
