package dev.gatehouse.authz.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.authz.grpc.TestEngine;
import dev.gatehouse.authz.oidc.Browser.Reply;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.RedisCluster;
import dev.gatehouse.testkit.RedisSentinels;
import dev.gatehouse.testkit.RedisServer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sessions of three replicas in a Redis whose master dies: they go on, and nobody is let in meanwhile. */
class FailoverIT extends SignOnFixture {
    private static final Duration FAILOVER = Duration.ofSeconds(60);
    private static final int REPLICAS = 3;
    private static final int SESSIONS = 10;

    private final AtomicInteger turn = new AtomicInteger();

    private void replicas(String url) {
        engines.forEach(TestEngine::close);
        engines.clear();
        for (int i = 0; i < REPLICAS; i++) {
            engine(Optional.of(url));
        }
        policy(oidc -> {});
    }

    private Browser browser() {
        return new Browser(() -> engines.get(Math.floorMod(turn.getAndIncrement(), engines.size())), POLICY);
    }

    private List<Browser> signedOn() {
        List<Browser> browsers =
                IntStream.range(0, SESSIONS).mapToObj(i -> browser()).toList();
        assertThat(browsers).allMatch(each -> each.signOn("/").allowed());
        return browsers;
    }

    private static boolean allAllowed(List<Browser> browsers) {
        return browsers.stream().allMatch(each -> each.script("/").allowed());
    }

    private void endsEverywhere(Browser browser) {
        assertThat(browser.get("/logout").status()).isEqualTo(302);
        for (TestEngine engine : engines) {
            Browser same = new Browser(() -> engine, POLICY);
            same.cookies.putAll(browser.cookies);
            Await.until(() -> same.script("/").status() == 401, FAILOVER, () -> "the session is over everywhere");
        }
    }

    @Test
    void aClusterKeepsSessionsRefreshesOnceAndItsMasterMayDie() throws IOException {
        try (RedisCluster cluster = new RedisCluster(List.of())) {
            replicas(cluster.url());
            Browser one = browser();
            assertThat(one.signOn("/").allowed()).isTrue();
            clock.move(Duration.ofSeconds(provider.tokenSeconds + 1));
            List<CompletableFuture<Reply>> storm = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                storm.add(one.begin("GET", "/" + i, Map.of("accept", "*/*"), ""));
            }
            assertThat(storm.stream().map(CompletableFuture::join)).allMatch(Reply::allowed);
            assertThat(provider.calls("refresh")).isEqualTo(1);
            List<Browser> all = new ArrayList<>(signedOn());
            all.add(one);
            for (RedisServer master : cluster.masters()) {
                Await.until(master::replicated, FAILOVER, () -> "the replicas have all");
            }
            cluster.masters().getFirst().close();
            Await.until(() -> allAllowed(all), FAILOVER, () -> "all sessions go on");
            Await.until(() -> browser().signOn("/").allowed(), FAILOVER, () -> "a login after the failover");
            endsEverywhere(one);
        }
    }

    @Test
    void theMasterThatSentinelsWatchMayDie() throws IOException {
        try (RedisSentinels redis = new RedisSentinels("secret", "")) {
            replicas(redis.url());
            List<Browser> all = signedOn();
            Await.until(() -> redis.servers().getFirst().replicated("secret"), FAILOVER, () -> "the replica has all");
            redis.servers().getFirst().close();
            Await.until(
                    () -> browser().signOn("/").status() == 503, FAILOVER, () -> "no login while there is no master");
            Await.until(() -> allAllowed(all), FAILOVER, () -> "all sessions go on");
            Await.until(() -> browser().signOn("/").allowed(), FAILOVER, () -> "a login after the failover");
            endsEverywhere(all.getFirst());
        }
    }
}
