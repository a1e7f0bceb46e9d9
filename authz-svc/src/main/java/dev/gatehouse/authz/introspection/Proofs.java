package dev.gatehouse.authz.introspection;

import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.seal.Hash;
import dev.gatehouse.authz.token.DpopProof;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Judges proofs of possession of a key (RFC 9449), each of which counts once: for all replicas that share a Redis. Safe for any thread. */
public final class Proofs {
    /** The window in which a proof counts, and as much again for clocks of replicas that are apart. */
    private static final Duration REMEMBERED = DpopProof.WINDOW.multipliedBy(3);

    private final Once once;
    private final InstantSource clock;

    /** Whether an id is seen for the first time. */
    public interface Once {
        /** @return fails where that cannot be told */
        CompletionStage<Boolean> first(String id, Duration remembered);
    }

    /** What comes of it. */
    sealed interface Judgement {
        record Proven() implements Judgement {}

        /** @param why without quotation marks */
        record Refused(String why) implements Judgement {}

        /** Whether it was used before cannot be told. */
        record Unknown() implements Judgement {}
    }

    public Proofs(Once once, InstantSource clock) {
        this.once = once;
        this.clock = clock;
    }

    /** In the memory of this process. */
    public static Proofs inMemory(InstantSource clock) {
        return new Proofs(new SeenIds(REMEMBERED, clock)::first, clock);
    }

    /** Never fails. */
    CompletionStage<Judgement> judge(HttpRequest request, String token, String thumbprint) {
        String url = request.header("x-forwarded-proto").orElse("https") + "://" + request.host() + request.path();
        DpopProof.Outcome outcome =
                DpopProof.check(request.header("dpop").orElse(""), request.method(), url, token, clock.instant());
        return switch (outcome) {
            case DpopProof.Outcome.Wrong(String why) -> CompletableFuture.completedFuture(new Judgement.Refused(why));
            case DpopProof.Outcome.Right(DpopProof proof)
            when !proof.thumbprint().equals(thumbprint) ->
                CompletableFuture.completedFuture(new Judgement.Refused("jwk is not the key of the token"));
            case DpopProof.Outcome.Right(DpopProof proof) ->
                once.first(
                                "dpop:"
                                        + Base64.getUrlEncoder()
                                                .withoutPadding()
                                                .encodeToString(Hash.of("dpop", proof.thumbprint(), proof.id())),
                                REMEMBERED)
                        .<Judgement>thenApply(
                                first -> first ? new Judgement.Proven() : new Judgement.Refused("it was used before"))
                        .exceptionally(failure -> new Judgement.Unknown());
        };
    }
}
