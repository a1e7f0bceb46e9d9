package dev.gatehouse.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.identity.ProcessName;
import dev.gatehouse.identity.authority.CertificateAuthority;
import dev.gatehouse.identity.authority.Issued;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RedisCluster;
import dev.gatehouse.testkit.RedisSentinels;
import dev.gatehouse.testkit.RedisServer;
import io.vertx.core.Vertx;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.Request;
import io.vertx.redis.client.Response;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links to what an operator runs: a cluster, and a master that Sentinels watch, with real servers that fail. */
class RedisLinkIT {
    private static final Duration FAILOVER = Duration.ofSeconds(60);
    private static final long DEADLINE = 2_000;
    private static final int KEYS = 300;

    private final Vertx vertx = Vertx.vertx();
    private List<RedisLink> links = List.of();

    @AfterEach
    void close() {
        links.forEach(RedisLink::close);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private RedisLink open(String url) {
        links = RedisLink.open(vertx, new RedisSettings(url, Duration.ofMillis(DEADLINE), 1), new Random(1));
        return links.getFirst();
    }

    private static List<Long> numbers(RedisLink link, List<Request> commands) {
        return link.send(commands, DEADLINE)
                .map(replies -> replies.stream().map(Response::toLong).toList())
                .toCompletionStage()
                .toCompletableFuture()
                .join();
    }

    private static List<Request> increments(int keys) {
        return IntStream.range(0, keys)
                .mapToObj(key -> Request.cmd(Command.INCRBY).arg("key" + key).arg(key))
                .toList();
    }

    private static List<Long> counts(int keys, long times) {
        return IntStream.range(0, keys).mapToObj(key -> times * key).toList();
    }

    private static boolean counts(RedisLink link) {
        numbers(link, increments(KEYS));
        return true;
    }

    @Test
    void aClusterAnswersABatchOfKeysOfAllItsNodesInOrder() throws IOException {
        try (RedisCluster cluster = new RedisCluster(List.of())) {
            RedisLink link = open(cluster.url());
            assertThat(numbers(link, increments(KEYS))).isEqualTo(counts(KEYS, 1));
            assertThat(numbers(link, increments(KEYS))).isEqualTo(counts(KEYS, 2));
            assertThat(numbers(
                            link,
                            List.of(Request.cmd(Command.EVAL)
                                    .arg("return redis.call('get',KEYS[1])")
                                    .arg(1)
                                    .arg("key7"))))
                    .containsExactly(14L);
        }
    }

    @Test
    void aClusterWhoseMasterIsKilledGoesOnWithItsReplica() throws IOException {
        try (RedisCluster cluster = new RedisCluster(List.of())) {
            RedisLink link = open(cluster.url());
            counts(link);
            cluster.masters().getFirst().close();
            Await.until(() -> counts(link), FAILOVER, () -> "all keys are counted again");
            assertThat(link.connected()).isTrue();
        }
    }

    @Test
    void slotsThatMoveToAnotherNodeAreFollowed() throws IOException {
        try (RedisCluster cluster = new RedisCluster(List.of())) {
            RedisLink link = open(cluster.url());
            counts(link);
            RedisServer from = cluster.masters().get(0);
            RedisServer to = cluster.masters().get(1);
            String target = to.all("CLUSTER MYID").getFirst();
            String source = from.all("CLUSTER MYID").getFirst();
            long moved = 0;
            for (int slot = 0; slot < 400; slot++) {
                List<String> keys = from.all("CLUSTER GETKEYSINSLOT " + slot + " 100");
                to.ask("CLUSTER SETSLOT " + slot + " IMPORTING " + source);
                from.ask("CLUSTER SETSLOT " + slot + " MIGRATING " + target);
                for (String key : keys) {
                    assertThat(from.ask("MIGRATE 127.0.0.1 " + to.port() + " " + key + " 0 5000"))
                            .isEqualTo("+OK");
                    moved++;
                }
                if (!keys.isEmpty()) {
                    counts(link); // an ASK
                }
                to.ask("CLUSTER SETSLOT " + slot + " NODE " + target);
                from.ask("CLUSTER SETSLOT " + slot + " NODE " + target);
            }
            assertThat(moved).isPositive();
            assertThat(numbers(link, increments(KEYS))).isEqualTo(counts(KEYS, moved + 2));
        }
    }

    @Test
    void theMasterThatSentinelsNameIsFollowedToItsReplicaAndPasswordsAreTheOnesOfEach() throws IOException {
        try (RedisSentinels redis = new RedisSentinels("of-servers", "of-sentinels")) {
            RedisLink link = open(redis.url());
            assertThat(numbers(link, increments(KEYS))).isEqualTo(counts(KEYS, 1));
            redis.sentinels().getFirst().close();
            redis.servers().getFirst().close();
            Await.until(() -> counts(link), FAILOVER, () -> "the replica counts");
        }
    }

    @Test
    void aMasterThatHangsIsLeftWhenTheSentinelsHaveAnother() throws Exception {
        try (RedisSentinels redis = new RedisSentinels("", "")) {
            RedisLink link = open(redis.url());
            counts(link);
            RedisServer old = redis.servers().getFirst();
            old.signal("STOP");
            Await.until(() -> counts(link), FAILOVER, () -> "the replica counts");
            old.signal("CONT");
            Await.until(
                    () -> old.all("ROLE").getFirst().equals("slave"), FAILOVER, () -> "the old master is a replica");
            assertThat(counts(link)).isTrue();
        }
    }

    @Test
    void anUnknownMasterIsNamed() throws IOException {
        try (RedisSentinels redis = new RedisSentinels("", "")) {
            RedisLink link = open(redis.url().replace("/" + RedisSentinels.MASTER, "/other"));
            assertThatThrownBy(() -> counts(link))
                    .isInstanceOf(CompletionException.class)
                    .hasMessageContaining("knows no master \"other\"");
        }
    }

    @Test
    void aServerOfAnotherDatabaseIsOne() throws IOException {
        int port = FreePorts.one();
        try (RedisServer server = new RedisServer(port)) {
            RedisLink link = open(server.url() + "/3");
            counts(link);
            assertThat(server.all("INFO keyspace")).anyMatch(line -> line.startsWith("db3:keys=" + KEYS));
        }
    }

    @Test
    void aServerByTlsIsTrustedByItsAuthorityAndAsksForOurCertificate(@TempDir Path folder) throws Exception {
        Instant now = Instant.now();
        CertificateAuthority authority = CertificateAuthority.create(now, Duration.ofDays(1), new SecureRandom());
        Path ca = Files.writeString(folder.resolve("ca.crt"), authority.keep().certificate());
        Issued issued =
                authority.issue(new ProcessName.Service("redis"), List.of("localhost"), now, Duration.ofDays(1));
        Path certificate = Files.writeString(folder.resolve("tls.crt"), issued.certificate());
        Path key = Files.writeString(folder.resolve("tls.key"), issued.key());
        List<Integer> ports = FreePorts.some(2);
        List<String> options = List.of(
                "--tls-port",
                Integer.toString(ports.get(1)),
                "--tls-ca-cert-file",
                ca.toString(),
                "--tls-cert-file",
                certificate.toString(),
                "--tls-key-file",
                key.toString());
        try (RedisServer server = new RedisServer(ports.get(0), options)) {
            String url = "rediss://localhost:" + ports.get(1);
            Duration deadline = Duration.ofMillis(DEADLINE);
            RedisTls both = new RedisTls(Optional.of(ca), Optional.of(certificate), Optional.of(key));
            links = RedisLink.open(vertx, new RedisSettings(url, deadline, 1, both), new Random(1));
            assertThat(numbers(links.getFirst(), increments(KEYS))).isEqualTo(counts(KEYS, 1));
            RedisTls noCertificate = new RedisTls(Optional.of(ca), Optional.empty(), Optional.empty());
            for (RedisTls tls : List.of(noCertificate, RedisTls.DEFAULT)) {
                try (RedisLink other = RedisLink.open(vertx, new RedisSettings(url, deadline, 1, tls), new Random(1))
                        .getFirst()) {
                    assertThatThrownBy(() -> counts(other)).isInstanceOf(CompletionException.class);
                }
            }
            assertThat(server.all("INFO keyspace")).anyMatch(line -> line.startsWith("db0:keys=" + KEYS));
        }
    }
}
