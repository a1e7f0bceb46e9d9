package dev.gatehouse.authz.session;

import dev.gatehouse.authz.request.Cookies;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The sessions of one policy. Stages fail with {@link StoreUnavailable} where the store cannot be asked: a session that cannot be read is
 * neither there nor gone. Safe for any thread; never blocks the caller.
 */
public interface Sessions {
    /** Empty: the cookies open no session of this policy. */
    CompletionStage<Optional<Held>> find(Cookies cookies);

    /** Whether the cookies have the form of a session's, right or not. */
    boolean claimed(Cookies cookies);

    /**
     * Keeps a new session, under a ticket that no one has had before.
     *
     * @return values of Set-Cookie; empty: the session is too long to be kept
     */
    CompletionStage<Optional<List<String>>> begin(Session session, Cookies cookies);

    /**
     * Whether browsers carry the sessions themselves, and no server has them: a renewed session is lost unless the answer to a request brings it, so that the
     * request waits for it; and nobody but its browser can end one.
     */
    boolean carried();

    /**
     * Gets new tokens for a session: {@code call} is made once for any number of callers on any number of replicas.
     *
     * @param fresh whether a session needs no new tokens: another replica may have got them
     */
    CompletionStage<Renewal> renew(
            Held held, Predicate<Session> fresh, Function<Session, CompletionStage<Renewal.Outcome>> call);

    /** Ends a session on every replica; false: the session was over already. Sessions in cookies never are: no server knows of them. */
    CompletionStage<Boolean> end(Held held);

    /** Values of Set-Cookie that take the session's cookies away. */
    List<String> forget(Cookies cookies);

    /** Ends every session under an {@linkplain Session#index index}, of this policy and others; how many. None of sessions that browsers {@linkplain #carried carry}. */
    CompletionStage<Integer> endAll(List<String> indexes);

    /** Whether {@code id} is seen for the first time, on any replica, in the last minutes. */
    CompletionStage<Boolean> first(String id);
}
