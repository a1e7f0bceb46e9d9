package dev.gatehouse.authz.session;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Keeps sealed sessions for every replica. Everything in it has an end. Stages fail with {@link StoreUnavailable}. Safe for any thread; never
 * blocks the caller.
 */
public interface SessionStore extends AutoCloseable {
    CompletionStage<Optional<byte[]>> read(String key);

    /**
     * @param life until the session is gone unless it is used
     * @param indexed how long the indexes have it
     */
    CompletionStage<Void> create(String key, byte[] sealed, Duration life, List<String> indexes, Duration indexed);

    /** Writes a session that is there; false: it is not there, and stays away. */
    CompletionStage<Boolean> replace(String key, byte[] sealed, Duration life, List<String> indexes, Duration indexed);

    /** The session was used. */
    CompletionStage<Void> touch(String key, Duration life);

    /** Takes sessions away, and tells every replica; how many of them were there. */
    CompletionStage<Integer> end(Collection<String> keys);

    /** The keys of the sessions under an index. */
    CompletionStage<List<String>> indexed(String index);

    /** Whether nobody had {@code id} before, in that time. */
    CompletionStage<Boolean> first(String id, Duration remembered);

    /** Takes the lock of a session, for {@code life}; false: another owner has it. */
    CompletionStage<Boolean> lock(String key, String owner, Duration life);

    /** Keeps a lock that {@code owner} has. */
    CompletionStage<Boolean> keepLock(String key, String owner, Duration life);

    /** Gives a lock back, if {@code owner} has it. */
    CompletionStage<Void> unlock(String key, String owner);

    /** Has {@code listener} told the keys of sessions that any replica ended. */
    void listen(Consumer<String> listener);

    /** Whether every ending of more than a second ago was told: only then may a session be used without asking. */
    boolean upToDate();

    @Override
    void close();
}
