package dev.gatehouse.authz.introspection;

import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.seal.Hash;
import dev.gatehouse.authz.seal.KeyRing;
import dev.gatehouse.authz.token.DpopProof;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Judges proofs of possession of a key (RFC 9449), each of which counts once: for all replicas that share a Redis. Safe for any thread. */
public final class Proofs {
    /** The window in which a proof counts, and as much again for clocks of replicas that are apart. */
    private static final Duration REMEMBERED = DpopProof.WINDOW.multipliedBy(3);

    private final Once once;
    private final Nonces nonces;
    private final InstantSource clock;

    /** Whether an id is seen for the first time. */
    public interface Once {
        /** @return fails where that cannot be told */
        CompletionStage<Boolean> first(String id, Duration remembered);
    }

    /** What comes of it. */
    sealed interface Judgement {
        /** @param nonce for the proofs that come, where the one of this proof will soon be too old */
        record Proven(Optional<String> nonce) implements Judgement {}

        /** @param nonce that a proof needs */
        record NonceMissing(String nonce) implements Judgement {}

        /** @param why without quotation marks */
        record Refused(String why) implements Judgement {}

        /** Whether it was used before cannot be told. */
        record Unknown() implements Judgement {}
    }

    /** @param keys that replicas share */
    public Proofs(Once once, Supplier<KeyRing> keys, InstantSource clock) {
        this.once = once;
        this.nonces = new Nonces(keys, clock);
        this.clock = clock;
    }

    /** In the memory of this process. */
    public static Proofs inMemory(Supplier<KeyRing> keys, InstantSource clock) {
        return new Proofs(new SeenIds(REMEMBERED, clock)::first, keys, clock);
    }

    /**
     * Never fails.
     *
     * @param nonceLifetime how old a nonce of this server may be, which the proof needs; empty: none is asked for
     */
    CompletionStage<Judgement> judge(
            HttpRequest request, String token, String thumbprint, Optional<Duration> nonceLifetime) {
        String url = request.header("x-forwarded-proto").orElse("https") + "://" + request.host() + request.path();
        DpopProof.Outcome outcome =
                DpopProof.check(request.header("dpop").orElse(""), request.method(), url, token, clock.instant());
        return switch (outcome) {
            case DpopProof.Outcome.Wrong(String why) -> CompletableFuture.completedFuture(new Judgement.Refused(why));
            case DpopProof.Outcome.Right(DpopProof proof)
            when !proof.thumbprint().equals(thumbprint) ->
                CompletableFuture.completedFuture(new Judgement.Refused("jwk is not the key of the token"));
            case DpopProof.Outcome.Right(DpopProof proof) -> {
                Optional<Duration> age = proof.nonce().flatMap(nonces::age);
                if (nonceLifetime.isPresent()
                        && age.filter(each -> each.compareTo(nonceLifetime.get()) <= 0)
                                .isEmpty()) {
                    yield CompletableFuture.completedFuture(new Judgement.NonceMissing(nonces.next()));
                }
                boolean ages = nonceLifetime.isPresent()
                        && age.orElseThrow().multipliedBy(2).compareTo(nonceLifetime.get()) > 0;
                yield first(proof, ages);
            }
        };
    }

    /** @param ages the nonce of the proof will soon be too old */
    private CompletionStage<Judgement> first(DpopProof proof, boolean ages) {
        String id = "dpop:"
                + Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(Hash.of("dpop", proof.thumbprint(), proof.id()));
        return once.first(id, REMEMBERED)
                .<Judgement>thenApply(first -> first
                        ? new Judgement.Proven(ages ? Optional.of(nonces.next()) : Optional.empty())
                        : new Judgement.Refused("it was used before"))
                .exceptionally(failure -> new Judgement.Unknown());
    }
}
