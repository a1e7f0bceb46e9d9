package dev.gatehouse.authz.introspection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.authz.grpc.TestEngine;
import dev.gatehouse.testkit.FreePorts;
import dev.gatehouse.testkit.RedisServer;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Proofs at two replicas that share a real Redis. */
final class KeyBoundTokensIT extends IntrospectionFixture {
    @SuppressWarnings("NullAway.Init")
    private static RedisServer redis;

    private final ProofMaker client = new ProofMaker("bound-to-a-key", "https://shop.example/orders");

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

    @Test
    void aProofCountsOnceForAllReplicasAndForNoneWhileRedisIsAway() throws Exception {
        body = "{\"active\":true,\"sub\":\"ann\",\"cnf\":{\"jkt\":\"" + client.key.computeThumbprint() + "\"}}";
        TestEngine first = engine;
        Map<String, String> request = with(client.proof(Instant.now(), claims -> {}));
        assertThat(status(ask(request))).isEqualTo(200);
        try (TestEngine second = engine()) {
            engine = second;
            policy(introspection -> {});
            assertThat(status(ask(request))).as("at another replica").isEqualTo(401);
            assertThat(status(ask(with(client.proof(Instant.now(), claims -> {})))))
                    .isEqualTo(200);
            assertThat(redis.all("KEYS test:o:*")).hasSize(2);
            assertThat(Long.parseLong(
                            redis.ask("PTTL " + redis.all("KEYS test:o:*").getFirst())
                                    .substring(1)))
                    .isBetween(120_000L, 180_000L);
            redis.close();
            assertThat(status(ask(with(client.proof(Instant.now(), claims -> {})))))
                    .isEqualTo(503);
        } finally {
            engine = first;
        }
    }

    private static Map<String, String> with(String proof) {
        return Map.of("authorization", "DPoP bound-to-a-key", "dpop", proof);
    }
}
