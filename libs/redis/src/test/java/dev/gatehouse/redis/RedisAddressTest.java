package dev.gatehouse.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisAddressTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = ' ',
            nullValues = "-",
            value = {
                "redis://localhost redis://localhost:6379",
                "redis://localhost:7000/2 redis://localhost:7000/2",
                "redis://localhost/0 redis://localhost:6379",
                "rediss://:s3cret@redis.example:6380 rediss://:s3cret@redis.example:6380",
                "redis://s3cret@host redis://:s3cret@host:6379",
                "redis://user:p%40ss@[::1]:7000 redis://user:p%40ss@[::1]:7000",
                "redis+sentinel://:pw@a,b:1/main/4 redis://:pw@x:9/4",
                "rediss+cluster://u:pw@a,b:1 rediss://u:pw@x:9",
            })
    void theUrlOfAServerHasWhatItsAddressSays(String url, String server) {
        RedisAddress address = RedisAddress.parse(url);
        assertThat(address.url(
                        address.kind() == RedisAddress.Kind.SERVER
                                ? address.hosts().getFirst()
                                : "x:9"))
                .isEqualTo(server);
    }

    @Test
    void sentinelsHaveTheirOwnPortAndPassword() {
        RedisAddress address =
                RedisAddress.parse("rediss+sentinel://:pw@a,b:1/main?sentinel-user=ops&sentinel-password=p%26w");
        assertThat(address.hosts()).containsExactly("a:26379", "b:1");
        assertThat(address.master()).isEqualTo("main");
        assertThat(address.sentinelUrl("a:26379")).isEqualTo("rediss://ops:p%26w@a:26379");
        assertThat(RedisAddress.parse("redis+sentinel://:pw@a/main").sentinelUrl("a:26379"))
                .isEqualTo("redis://a:26379");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:6379",
                "http://localhost",
                "redis://",
                "redis://:pa55@host:0",
                "redis://:pa55@host:65536",
                "redis://:pa55@a,b",
                "redis://:pa55@host/x",
                "redis://:pa55@host/-1",
                "redis://:pa55@host/1/2",
                "redis://:pa55@host?timeout=1",
                "redis+sentinel://:pa55@a,b",
                "redis+sentinel://:pa55@a,,b/main",
                "redis+sentinel://:pa55@a/main?sentinel-user=x",
                "redis+sentinel://:pa55@a/main?password=x",
                "redis+cluster://:pa55@a/1",
                "redis+cluster://:pa55@a b",
                "redis+other://:pa55@a",
            })
    void whatIsWrongIsToldWithoutPasswords(String url) {
        assertThatThrownBy(() -> RedisAddress.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("redis.url: ")
                .hasMessageContaining("expected: ")
                .hasMessageNotContaining("pa55");
    }
}
