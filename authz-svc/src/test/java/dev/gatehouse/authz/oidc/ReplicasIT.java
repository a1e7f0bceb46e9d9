package dev.gatehouse.authz.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.authz.grpc.TestEngine;
import dev.gatehouse.authz.oidc.Browser.Reply;
import dev.gatehouse.testkit.Await;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RedisServer;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Five replicas with one real Redis, requests in turn. */
class ReplicasIT extends SignOnFixture {
    private static final int REPLICAS = 5;
    private static final Map<String, String> SCRIPT = Map.of("accept", "*/*", "sec-fetch-mode", "cors");

    @SuppressWarnings("NullAway.Init")
    static RedisServer redis;

    private final AtomicInteger turn = new AtomicInteger();

    @BeforeAll
    static void startRedis() {
        redis = new RedisServer(FreePorts.one());
    }

    @AfterAll
    static void stopRedis() {
        redis.close();
    }

    @Override
    Optional<String> redis() {
        return Optional.of(redis.url());
    }

    @BeforeEach
    void replicas() throws IOException {
        redis.ask("FLUSHALL");
        for (int i = 1; i < REPLICAS; i++) {
            engine(redis());
        }
        browser = new Browser(() -> engines.get(Math.floorMod(turn.getAndIncrement(), engines.size())), POLICY);
        policy(oidc -> {});
    }

    private long keys() throws IOException {
        return Long.parseLong(redis.ask("DBSIZE").substring(1));
    }

    private void tokensExpire() {
        clock.move(Duration.ofSeconds(provider.tokenSeconds + 1));
    }

    private List<Reply> storm(int count) {
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            replies.add(browser.begin("GET", "/" + i, SCRIPT, ""));
        }
        return replies.stream().map(CompletableFuture::join).toList();
    }

    @Test
    void fiveHundredRequestsOnAnExpiredSessionMakeOneTokenCallAndNobodyIsLoggedOut() {
        assertThat(browser.signOn("/").allowed()).isTrue();
        for (int round = 1; round <= 3; round++) {
            tokensExpire();
            assertThat(storm(500)).allMatch(Reply::allowed);
            assertThat(provider.calls("refresh")).isEqualTo(round);
        }
    }

    @Test
    void twentyTabsAtOnceEndWhereEachWantedToGoByOneLogin() {
        List<Reply> tabs = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            Browser cold = new Browser(() -> engines.get(turn.getAndIncrement() % REPLICAS), POLICY);
            tabs.add(cold.get("/tab/" + i));
            browser.cookies.putAll(cold.cookies);
        }
        for (int i = 0; i < 20; i++) {
            Reply end = browser.follow(tabs.get(i));
            assertThat(end.allowed()).isTrue();
            assertThat(end.path()).isEqualTo("/tab/" + i);
        }
        assertThat(provider.calls("token")).isEqualTo(1);
    }

    @Test
    void aThousandLoginsThatWereNotFinishedLeaveNoKey() throws IOException {
        for (int i = 0; i < 1000; i++) {
            browser.get("/" + i);
        }
        assertThat(keys()).isZero();
    }

    @Test
    void everyKeyHasAnEndAndNothingInRedisOpensASession() throws IOException {
        assertThat(browser.signOn("/").allowed()).isTrue();
        tokensExpire();
        assertThat(browser.script("/").allowed()).isTrue();
        String ticket = browser.cookies.values().iterator().next();
        // The lock of the refresh is given back after the request is answered.
        Await.until(() -> redis.all("KEYS test:l:*").isEmpty(), Duration.ofSeconds(20), () -> "no lock is held");
        List<String> names = redis.all("KEYS *");
        assertThat(names).isNotEmpty();
        for (String name : names) {
            assertThat(Long.parseLong(redis.ask("PTTL " + name).substring(1)))
                    .as(name)
                    .isPositive();
            assertThat(ticket).doesNotContain(name.substring(name.indexOf(':') + 1));
        }
        String dump = redis.all("GET "
                        + names.stream()
                                .filter(name -> name.contains(":s:"))
                                .findFirst()
                                .orElseThrow())
                .toString();
        assertThat(dump).doesNotContain("alice", "access-", ticket);
    }

    @Test
    void aLogoutOnOneReplicaCountsOnEveryOtherWithinASecond() throws Exception {
        assertThat(browser.signOn("/").allowed()).isTrue();
        for (TestEngine engine : engines) {
            assertThat(at(engine).script("/").allowed()).isTrue();
        }
        Reply logout = new Browser(this::engine, POLICY)
                .send(
                        "POST",
                        "/oauth2/backchannel-logout",
                        Map.of(),
                        "logout_token=" + URLEncoder.encode(provider.logoutToken(token -> {}), StandardCharsets.UTF_8));
        assertThat(logout.status()).isEqualTo(200);
        long ended = System.nanoTime();
        for (TestEngine engine : engines) {
            Await.until(
                    () -> at(engine).script("/").status() == 401,
                    Duration.ofSeconds(5),
                    () -> "the session is over at every replica");
        }
        // Nearly all of it is the pause between two readings, 250 ms; a busy machine may add to it.
        assertThat(Duration.ofNanos(System.nanoTime() - ended)).isLessThan(Duration.ofSeconds(2));
    }

    private Browser at(TestEngine engine) {
        Browser same = new Browser(() -> engine, POLICY);
        same.cookies.putAll(browser.cookies);
        return same;
    }

    @Test
    void aReplicaThatIsGoneInTheMiddleOfALoginIsNotMissed() {
        Reply first = at(engines.get(0)).get("/wanted");
        Browser cold = at(engines.get(0));
        first = cold.get("/wanted");
        engines.removeFirst().close();
        browser.cookies.putAll(cold.cookies);
        Reply end = browser.follow(first);
        assertThat(end.allowed()).isTrue();
        assertThat(end.path()).isEqualTo("/wanted");
    }

    @Test
    void aReplicaThatDiedWithTheLockOfASessionDelaysItAndEndsNothing() throws IOException {
        assertThat(browser.signOn("/").allowed()).isTrue();
        tokensExpire();
        String key = redis.all("KEYS test:s:*").getFirst();
        redis.ask("SET " + key.replace(":s:", ":l:") + " gone PX 700");
        Reply reply = browser.script("/");
        assertThat(reply.allowed()).isTrue();
        assertThat(provider.calls("refresh")).isEqualTo(1);
    }

    @Test
    void whileRedisIsDownTicketsAreAnsweredWith503AndNobodyIsLetThrough() throws Exception {
        RedisServer own = new RedisServer(FreePorts.one());
        try {
            TestEngine engine = engine(Optional.of(own.url()));
            policy(oidc -> {});
            Browser here = new Browser(() -> engine, POLICY);
            assertThat(here.signOn("/").allowed()).isTrue();
            String tickets = here.cookies.toString();
            own.close();
            Await.until(
                    () -> here.script("/").status() == 503, Duration.ofSeconds(20), () -> "503 while Redis is down");
            Reply down = here.get("/");
            assertThat(down.status()).isEqualTo(503);
            assertThat(down.header("retry-after")).isPresent();
            assertThat(here.cookies.toString()).isEqualTo(tickets);
            Browser cold = new Browser(() -> engine, POLICY);
            assertThat(cold.script("/").status()).isEqualTo(401);
            assertThat(cold.signOn("/").status()).isEqualTo(503);
            own.restart();
            Await.until(
                    () -> new Browser(() -> engine, POLICY).signOn("/").allowed(),
                    Duration.ofSeconds(20),
                    () -> "a login after Redis is back");
        } finally {
            own.close();
        }
    }

    /** A Redis that hangs is worse than one that is gone: the connection stays. */
    @Test
    void aRedisThatIsSlowIsAnsweredWith503WithinTheDeadlineAndEndsNoSession() throws Exception {
        RedisServer own = new RedisServer(FreePorts.one());
        try {
            TestEngine engine = engine(Optional.of(own.url()));
            policy(oidc -> {});
            Browser here = new Browser(() -> engine, POLICY);
            assertThat(here.signOn("/").allowed()).isTrue();
            own.signal("STOP");
            // What was read just before is good for a moment.
            Await.until(() -> here.script("/").status() == 503, Duration.ofSeconds(20), () -> "503 while Redis hangs");
            Reply slow = here.script("/");
            assertThat(slow.status()).isEqualTo(503);
            assertThat(slow.header("retry-after")).isPresent();
            Browser cold = new Browser(() -> engine, POLICY);
            assertThat(cold.script("/").status()).as("no ticket, no door").isEqualTo(401);
            assertThat(cold.signOn("/").status()).isEqualTo(503);
            own.signal("CONT");
            Await.until(
                    () -> here.script("/").allowed(),
                    Duration.ofSeconds(20),
                    () -> "the same session when Redis answers again");
        } finally {
            own.close();
        }
    }

    /** After a failover the address may be that of a replica for a moment, which takes no writes. */
    @Test
    void aRedisThatTakesNoWritesLetsNobodyInAndLosesNoSession() throws Exception {
        RedisServer own = new RedisServer(FreePorts.one());
        try {
            TestEngine engine = engine(Optional.of(own.url()));
            policy(oidc -> {});
            Browser here = new Browser(() -> engine, POLICY);
            assertThat(here.signOn("/").allowed()).isTrue();
            own.ask("REPLICAOF 127.0.0.1 1");
            Browser cold = new Browser(() -> engine, POLICY);
            Reply login = cold.signOn("/");
            assertThat(login.status()).isEqualTo(503);
            assertThat(login.header("retry-after")).isPresent();
            assertThat(cold.sessionCookie()).isEmpty();
            assertThat(cold.script("/").status()).isEqualTo(401);
            assertThat(here.script("/").status())
                    .as("it is read, or asked for again")
                    .isIn(200, 503);
            own.ask("REPLICAOF NO ONE");
            Await.until(
                    () -> new Browser(() -> engine, POLICY).signOn("/").allowed(),
                    Duration.ofSeconds(20),
                    () -> "a login after the failover");
            Await.until(
                    () -> here.script("/").allowed(),
                    Duration.ofSeconds(20),
                    () -> "the session from before the failover");
        } finally {
            own.close();
        }
    }
}
