package dev.gatehouse.authz;

import dev.gatehouse.authz.redis.RedisSessionStore;
import dev.gatehouse.authz.session.MemorySessionStore;
import java.util.Optional;

/** Where this process keeps sessions. */
record SignOnStores(MemorySessionStore memory, Optional<RedisSessionStore> redis) implements AutoCloseable {
    @Override
    public void close() {
        redis.ifPresent(RedisSessionStore::close);
    }
}
