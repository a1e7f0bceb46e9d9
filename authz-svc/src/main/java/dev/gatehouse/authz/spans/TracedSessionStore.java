package dev.gatehouse.authz.spans;

import dev.gatehouse.authz.session.SessionStore;
import dev.gatehouse.tracing.Tracing;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Calls to a session store outside this process, with a span each. No span has the key of a session. */
public final class TracedSessionStore implements SessionStore {
    private final SessionStore store;
    private final String system;
    private final Tracing tracing;

    /** @param system as OpenTelemetry names the database, such as {@code redis} */
    public TracedSessionStore(SessionStore store, String system, Tracing tracing) {
        this.store = store;
        this.system = system;
        this.tracing = tracing;
    }

    private <T> CompletionStage<T> call(String name, Supplier<CompletionStage<T>> call) {
        return tracing.call(name, span -> span.setAttribute("db.system.name", system), call, (_, _) -> {});
    }

    @Override
    public CompletionStage<Optional<byte[]>> read(String key) {
        return call("session read", () -> store.read(key));
    }

    @Override
    public CompletionStage<Void> create(
            String key, byte[] sealed, Duration life, List<String> indexes, Duration indexed) {
        return call("session create", () -> store.create(key, sealed, life, indexes, indexed));
    }

    @Override
    public CompletionStage<Boolean> replace(
            String key, byte[] sealed, Duration life, List<String> indexes, Duration indexed) {
        return call("session replace", () -> store.replace(key, sealed, life, indexes, indexed));
    }

    @Override
    public CompletionStage<Void> touch(String key, Duration life) {
        return call("session touch", () -> store.touch(key, life));
    }

    @Override
    public CompletionStage<Integer> end(Collection<String> keys) {
        return call("session end", () -> store.end(keys));
    }

    @Override
    public CompletionStage<List<String>> indexed(String index) {
        return call("session index", () -> store.indexed(index));
    }

    @Override
    public CompletionStage<Boolean> first(String id, Duration remembered) {
        return call("session first-use", () -> store.first(id, remembered));
    }

    @Override
    public CompletionStage<Boolean> lock(String key, String owner, Duration life) {
        return call("session lock", () -> store.lock(key, owner, life));
    }

    @Override
    public CompletionStage<Boolean> keepLock(String key, String owner, Duration life) {
        return call("session keep-lock", () -> store.keepLock(key, owner, life));
    }

    @Override
    public CompletionStage<Void> unlock(String key, String owner) {
        return call("session unlock", () -> store.unlock(key, owner));
    }

    @Override
    public void listen(Consumer<String> listener) {
        store.listen(listener);
    }

    @Override
    public boolean upToDate() {
        return store.upToDate();
    }

    @Override
    public void close() {
        store.close();
    }
}
