package dev.gatehouse.authz.session;

import dev.gatehouse.authz.request.Cookies;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;

/** Sessions of one policy in the store; the cookie is the ticket. */
public final class TicketSessions implements Sessions {
    private final String policy;
    private final OwnCookies cookies;
    private final Lifetimes lifetimes;
    private final SessionVault vault;

    public TicketSessions(String policy, OwnCookies cookies, Lifetimes lifetimes, SessionVault vault) {
        this.policy = policy;
        this.cookies = cookies;
        this.lifetimes = lifetimes;
        this.vault = vault;
    }

    @Override
    public CompletionStage<Optional<Held>> find(Cookies request) {
        return request.value(cookies.session())
                .flatMap(SessionVault.Ticket::parse)
                .map(ticket -> vault.find(policy, ticket, lifetimes))
                .orElseGet(() -> CompletableFuture.completedFuture(Optional.empty()));
    }

    @Override
    public boolean claimed(Cookies request) {
        return request.value(cookies.session())
                .flatMap(SessionVault.Ticket::parse)
                .isPresent();
    }

    @Override
    public CompletionStage<Optional<List<String>>> begin(Session session, Cookies request) {
        return vault.begin(policy, session, lifetimes)
                .thenApply(
                        ticket -> Optional.of(List.of(cookies.set(cookies.session(), ticket, lifetimes.absolute()))));
    }

    @Override
    public boolean carried() {
        return false;
    }

    @Override
    public CompletionStage<Renewal> renew(
            Held held, Predicate<Session> fresh, Function<Session, CompletionStage<Renewal.Outcome>> call) {
        return vault.renew(policy, lifetimes, held, fresh, call);
    }

    @Override
    public CompletionStage<Boolean> end(Held held) {
        return vault.end(held.key());
    }

    @Override
    public List<String> forget(Cookies request) {
        return cookies.present(request).stream().map(cookies::delete).toList();
    }

    @Override
    public CompletionStage<Integer> endAll(List<String> indexes) {
        return vault.endAll(indexes);
    }

    @Override
    public CompletionStage<Boolean> first(String id) {
        return vault.first(id);
    }
}
