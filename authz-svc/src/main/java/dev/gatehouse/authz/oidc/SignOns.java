package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.introspection.IntrospectionSettings;
import dev.gatehouse.authz.introspection.Introspector;
import dev.gatehouse.authz.introspection.Proofs;
import dev.gatehouse.authz.policy.InvalidPolicy;
import dev.gatehouse.authz.provider.Provider;
import dev.gatehouse.authz.provider.ProviderHttp;
import dev.gatehouse.authz.provider.ProviderSettings;
import dev.gatehouse.authz.seal.KeyRing;
import dev.gatehouse.authz.session.CookieSessions;
import dev.gatehouse.authz.session.MemorySessionStore;
import dev.gatehouse.authz.session.SessionVault;
import dev.gatehouse.authz.session.Sessions;
import dev.gatehouse.authz.session.TicketSessions;
import java.lang.ref.WeakReference;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Makes the sign-ons of policies from what a process has: stores, keys, and ways to providers. A provider with the same settings is the same in every
 * policy and after every change of another setting: its document and its keys stay.
 */
public final class SignOns {
    private final ProviderHttp.Factory http;
    private final SessionVault memory;
    private final Optional<SessionVault> redis;
    private final Supplier<KeyRing> keys;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final SignOnLog log;
    private final Proofs proofs;
    private final LogoutReceivers receivers = new LogoutReceivers();
    private final Map<ProviderSettings, WeakReference<Provider>> providers = new ConcurrentHashMap<>();
    private final Map<IntrospectionSettings, WeakReference<Introspector>> introspectors = new ConcurrentHashMap<>();

    /** Where sessions are. */
    public enum Store {
        AUTOMATIC,
        MEMORY,
        REDIS,
        COOKIE
    }

    /**
     * @param redis empty: this process has none
     * @param random has to be cryptographically strong
     */
    public SignOns(
            ProviderHttp.Factory http,
            SessionVault memory,
            Optional<SessionVault> redis,
            Supplier<KeyRing> keys,
            InstantSource clock,
            RandomGenerator random,
            SignOnLog log) {
        this.http = http;
        this.memory = memory;
        this.redis = redis;
        this.keys = keys;
        this.clock = clock;
        this.random = random;
        this.log = log;
        this.proofs =
                redis.map(vault -> new Proofs(vault::first, keys, clock)).orElseGet(() -> Proofs.inMemory(keys, clock));
    }

    /** Makes sign-ons that no one signs on by: to check policies, with any store. */
    public static SignOns unconnected(InstantSource clock, RandomGenerator random) {
        SessionVault nothing = new SessionVault(
                new MemorySessionStore(0, clock), 0, clock, random, duration -> new CompletableFuture<>());
        KeyRing keys = KeyRing.random(random);
        return new SignOns(
                settings -> call ->
                        CompletableFuture.failedFuture(new ProviderHttp.Unreachable("policies are only checked here")),
                nothing,
                Optional.of(nothing),
                () -> keys,
                clock,
                random,
                (request, event) -> {});
    }

    /** @throws InvalidPolicy where the client's key or certificates cannot be used */
    public Provider provider(ProviderSettings settings, String field) throws InvalidPolicy {
        WeakReference<Provider> known = providers.get(settings);
        @Nullable Provider provider = known == null ? null : known.get();
        if (provider == null) {
            try {
                provider = new Provider(settings, http.open(settings.connection()), clock, random);
            } catch (IllegalArgumentException e) {
                throw new InvalidPolicy(field, String.valueOf(e.getMessage()), "keys and certificates as PEM");
            }
            providers.values().removeIf(reference -> reference.get() == null);
            providers.put(settings, new WeakReference<>(provider));
        }
        return provider;
    }

    /**
     * Who is asked about opaque tokens. One with the same settings is the same in every policy: its answers stay.
     *
     * @throws InvalidPolicy where certificates cannot be used
     */
    public Introspector introspector(IntrospectionSettings settings, String field) throws InvalidPolicy {
        WeakReference<Introspector> known = introspectors.get(settings);
        @Nullable Introspector introspector = known == null ? null : known.get();
        if (introspector == null) {
            try {
                introspector = new Introspector(settings, http.open(settings.connection()), clock);
            } catch (IllegalArgumentException e) {
                throw new InvalidPolicy(field, String.valueOf(e.getMessage()), "certificates as PEM");
            }
            introspectors.values().removeIf(reference -> reference.get() == null);
            introspectors.put(settings, new WeakReference<>(introspector));
        }
        return introspector;
    }

    /** Who judges proofs of possession. */
    public Proofs proofs() {
        return proofs;
    }

    /** @throws InvalidPolicy where this process has not the store */
    public SignOn signOn(SignOnSettings settings, Store store) throws InvalidPolicy {
        Sessions sessions = switch (store) {
            case COOKIE -> new CookieSessions(settings.key(), settings.cookies(), settings.lifetimes(), keys, clock);
            case AUTOMATIC -> tickets(settings, redis.orElse(memory));
            case MEMORY -> tickets(settings, memory);
            case REDIS ->
                tickets(
                        settings,
                        redis.orElseThrow(() -> new InvalidPolicy(
                                "session.store", "REDIS", "a store that authz-svc has: it is not told of a Redis")));
        };
        return new SignOn(settings, sessions, keys, clock, random, receivers, log);
    }

    private static Sessions tickets(SignOnSettings settings, SessionVault vault) {
        return new TicketSessions(settings.key(), settings.cookies(), settings.lifetimes(), vault);
    }
}
