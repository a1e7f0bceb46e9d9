package dev.gatehouse.authz.introspection;

import dev.gatehouse.authz.certificate.Certificates;
import dev.gatehouse.authz.certificate.ClientCertificate;
import dev.gatehouse.authz.policy.Changes;
import dev.gatehouse.authz.policy.Reason;
import dev.gatehouse.authz.policy.Verdict;
import dev.gatehouse.authz.request.HttpRequest;
import dev.gatehouse.authz.token.Claims;
import dev.gatehouse.authz.token.TokenRules;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Judges whether a client has shown what its token is bound to ({@code cnf}, RFC 7800): a certificate (RFC 8705), or a key (DPoP, RFC 9449), whose token has the scheme DPoP
 * where others have Bearer. A token that is bound in a form that is not known is worth nothing: nobody checks that proof. Safe for any thread.
 */
public final class Binding {
    /** The challenge of a token that anybody may bear. */
    static final String BEARER = "Bearer realm=\"gatehouse\"";

    private static final String DPOP =
            "DPoP realm=\"gatehouse\", algs=\"" + String.join(" ", new TreeSet<>(TokenRules.ALGORITHMS)) + "\"";

    /** The member of {@code cnf} of a token that is bound to a client's certificate. */
    private static final String CERTIFICATE = "x5t#S256";

    /** The member of {@code cnf} of a token that is bound to a key, RFC 9449 section 6.1. */
    private static final String KEY = "jkt";

    private static final String NONCE_HEADER = "dpop-nonce";

    private final Settings settings;
    private final Certificates certificates;
    private final Proofs proofs;

    /** What a token without that binding is refused for. */
    public enum Required {
        NOTHING,
        ANY,
        CERTIFICATE,
        KEY
    }

    /**
     * What a policy says.
     *
     * @param nonceLifetime how old a nonce may be that a proof needs; empty: none is asked for
     */
    public record Settings(Required required, Optional<Duration> nonceLifetime) {
        /** What is bound is judged; no token has to be. */
        public static final Settings USUAL = new Settings(Required.NOTHING, Optional.empty());
    }

    public Binding(Settings settings, Certificates certificates, Proofs proofs) {
        this.settings = settings;
        this.certificates = certificates;
        this.proofs = proofs;
    }

    /** The challenge for a request without a token. */
    String challenge() {
        return settings.required() == Required.KEY ? DPOP : BEARER;
    }

    /** @param dpop the token came by the scheme DPoP */
    static String realm(boolean dpop) {
        return dpop ? DPOP : BEARER;
    }

    /** The thumbprint of the key that a token is bound to. */
    static Optional<String> key(Claims claims) {
        return claims.object("cnf").flatMap(confirmation -> confirmation.text(KEY));
    }

    /**
     * Why the token is refused, but for the proof of a key.
     *
     * @param dpop the token came by the scheme DPoP
     */
    Optional<Verdict.Denied> problem(HttpRequest request, Claims claims, boolean dpop) {
        String realm = realm(dpop);
        if (claims.has("cnf") && !isShown(request, claims)) {
            return invalid(realm, "the token is bound to a key or certificate that the client has not shown");
        }
        if (key(claims).isPresent() != dpop) {
            return dpop
                    ? invalid(realm, "the token is bound to no key: its scheme is not DPoP")
                    : invalid(DPOP, "the token is bound to a key: its scheme is DPoP");
        }
        boolean certificate =
                claims.object("cnf").filter(each -> each.has(CERTIFICATE)).isPresent();
        return switch (settings.required()) {
            case NOTHING -> Optional.empty();
            case ANY ->
                certificate || dpop
                        ? Optional.empty()
                        : invalid(realm, "the token is bound to neither a key nor a certificate");
            case CERTIFICATE ->
                certificate ? Optional.empty() : invalid(realm, "the token is not bound to a certificate");
            case KEY -> dpop ? Optional.empty() : invalid(DPOP, "the token is not bound to a key");
        };
    }

    /**
     * Judges the proof of the key that a token is bound to, if it is. Never fails.
     *
     * @param identity of the token
     * @return what is changed in the answer, or a denial
     */
    CompletionStage<Verdict> prove(HttpRequest request, Claims claims, String token, Optional<String> identity) {
        Optional<String> key = key(claims);
        if (key.isEmpty()) {
            return CompletableFuture.completedFuture(new Verdict.Passed(identity.orElse(""), Changes.NONE));
        }
        return proofs.judge(request, token, key.get(), settings.nonceLifetime())
                .thenApply(judgement -> verdict(judgement, identity));
    }

    private static Verdict verdict(Proofs.Judgement judgement, Optional<String> identity) {
        return switch (judgement) {
            case Proofs.Judgement.Proven(Optional<String> nonce) ->
                new Verdict.Passed(
                        identity.orElse(""),
                        nonce.map(each -> Changes.answering(Map.of(NONCE_HEADER, each)))
                                .orElse(Changes.NONE));
            case Proofs.Judgement.Unknown() -> new Verdict.Denied(Reason.REPLAY_UNKNOWN, Optional.empty(), identity);
            case Proofs.Judgement.NonceMissing(String nonce) ->
                new Verdict.Denied(
                        Reason.NONCE_MISSING,
                        Optional.of(
                                DPOP + ", error=\"use_dpop_nonce\", error_description=\"the proof needs the nonce of"
                                        + " the header DPoP-Nonce\""),
                        Optional.empty(),
                        Map.of(NONCE_HEADER, nonce));
            case Proofs.Judgement.Refused(String why) ->
                new Verdict.Denied(
                        Reason.PROOF_INVALID,
                        Optional.of(DPOP + ", error=\"invalid_dpop_proof\", error_description=\"" + why + "\""),
                        Optional.empty());
        };
    }

    /** Whether the client has shown the certificate that its token is bound to, by its hash {@code x5t#S256}, RFC 8705 section 3. A key has its proof elsewhere. */
    private boolean isShown(HttpRequest request, Claims claims) {
        Optional<Claims> confirmation = claims.object("cnf");
        if (confirmation.isEmpty()
                || confirmation.get().values().isEmpty()
                || !Set.of(CERTIFICATE, KEY)
                        .containsAll(confirmation.get().values().keySet())) {
            return false;
        }
        if (confirmation.get().has(KEY) && confirmation.get().text(KEY).isEmpty()) {
            return false;
        }
        return !confirmation.get().has(CERTIFICATE)
                || confirmation
                        .get()
                        .text(CERTIFICATE)
                        .filter(bound -> certificates
                                .shown(request)
                                .map(ClientCertificate::thumbprint)
                                .filter(shown -> MessageDigest.isEqual(
                                        shown.getBytes(StandardCharsets.UTF_8), bound.getBytes(StandardCharsets.UTF_8)))
                                .isPresent())
                        .isPresent();
    }

    static Optional<Verdict.Denied> invalid(String realm, String why) {
        return Optional.of(new Verdict.Denied(
                Reason.TOKEN_INVALID,
                Optional.of(realm + ", error=\"invalid_token\", error_description=\"" + why + "\""),
                Optional.empty()));
    }
}
