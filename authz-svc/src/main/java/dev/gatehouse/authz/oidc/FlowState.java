package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.oidc.SignOnSettings.StepUp;
import dev.gatehouse.authz.seal.Fields;
import dev.gatehouse.authz.seal.Hash;
import dev.gatehouse.authz.seal.KeyRing;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * A login that is under way, as the parameter {@code state} carries it: sealed, for one policy. The nonce and the PKCE verifier are hashes of a seed that nobody else
 * sees; the browser is known again by a secret in a cookie, of which the state has a hash.
 *
 * @param url where the user wanted to go
 * @param kept the browser has the whole of it, in cookies ({@link KeptUrl}); {@code url} is only its path
 * @param tries how many logins of this user have failed for want of the cookie
 * @param stepUp what the login has to come to: the policy that began it may want more than the one that gets the answer
 */
record FlowState(
        String provider,
        String url,
        boolean kept,
        String redirectUri,
        Instant began,
        int tries,
        byte[] seed,
        byte[] browser,
        StepUp stepUp) {
    static final int SEED_BYTES = 32;
    private static final char DOT = '.';
    private static final int SLOTS = 5;
    private static final int BROWSER_BYTES = 16;
    private static final int LONGEST_URL = LocalPath.LONGEST;
    private static final int SHORT_URL = 100;
    private static final int PACKED = 1;
    private static final int KEPT = 2;

    /** The same login, to {@code url}. */
    FlowState to(String whole) {
        return new FlowState(provider, whole, false, redirectUri, began, tries, seed, browser, stepUp);
    }

    /** The number of the browser's cookie: so few that cookies of logins that were never finished stay few. */
    int slot() {
        return slot(seed);
    }

    static int slot(byte[] seed) {
        return Math.floorMod(seed[0], SLOTS);
    }

    static int slots() {
        return SLOTS;
    }

    String nonce() {
        return text(Hash.of("nonce", seed));
    }

    /** RFC 7636 section 4.1. */
    String verifier() {
        return text(Hash.of("pkce", seed));
    }

    String challenge() {
        return text(Hash.plain(verifier()));
    }

    /** Whether the browser that began this login has {@code secret}. */
    boolean begunWith(String secret) {
        return MessageDigest.isEqual(browser, hash(secret));
    }

    static byte[] hash(String secret) {
        return Arrays.copyOf(Hash.of("browser", secret), BROWSER_BYTES);
    }

    /** @param signOn whose login it is: the text begins with it, so that routes may lead it there */
    String close(KeyRing keys, String signOn) {
        boolean pack = !kept && url.length() > SHORT_URL;
        byte[] plain = new Fields.Writer()
                .text(provider)
                .small(kept ? KEPT : pack ? PACKED : 0)
                .bytes(pack ? deflate(url) : url.getBytes(StandardCharsets.UTF_8))
                .text(redirectUri)
                .time(began)
                .small(tries)
                .bytes(seed)
                .bytes(browser)
                .text(stepUp.maxAge().map(age -> Long.toString(age.toSeconds())))
                .text(String.join(" ", stepUp.acrValues()))
                .done();
        return signOn + DOT + text(keys.close(plain, context(signOn)));
    }

    /** Empty: this is no state of a login of {@code signOn}. */
    static Optional<FlowState> open(KeyRing keys, String signOn, String state) {
        if (!state.startsWith(signOn + DOT)) {
            return Optional.empty();
        }
        try {
            Optional<byte[]> plain =
                    keys.open(Base64.getUrlDecoder().decode(state.substring(signOn.length() + 1)), context(signOn));
            return plain.isEmpty() ? Optional.empty() : Optional.of(read(plain.get()));
        } catch (IllegalArgumentException | IOException | DataFormatException e) {
            return Optional.empty();
        }
    }

    private static FlowState read(byte[] plain) throws IOException, DataFormatException {
        Fields.Reader in = new Fields.Reader(plain);
        String provider = in.text();
        int form = in.small();
        byte[] url = in.bytes();
        return new FlowState(
                provider,
                form == PACKED ? inflate(url) : new String(url, StandardCharsets.UTF_8),
                form == KEPT,
                in.text(),
                in.time(),
                in.small(),
                in.bytes(),
                in.bytes(),
                stepUp(in));
    }

    private static StepUp stepUp(Fields.Reader in) throws IOException {
        if (in.isAtEnd()) {
            // An earlier release began the login.
            return new StepUp(List.of(), Optional.empty());
        }
        Optional<Duration> maxAge = in.optionalText().map(Long::parseLong).map(Duration::ofSeconds);
        String acrValues = in.text();
        return new StepUp(acrValues.isEmpty() ? List.of() : List.of(acrValues.split(" ")), maxAge);
    }

    private static byte[] context(String signOn) {
        return Hash.of("login", signOn);
    }

    private static String text(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    static byte[] deflate(String text) {
        try (Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true)) {
            deflater.setInput(text.getBytes(StandardCharsets.UTF_8));
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] buffer = new byte[LONGEST_URL];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        }
    }

    static String inflate(byte[] packed) throws DataFormatException {
        try (Inflater inflater = new Inflater(true)) {
            inflater.setInput(packed);
            byte[] buffer = new byte[LONGEST_URL];
            int count = inflater.inflate(buffer);
            return new String(buffer, 0, count, StandardCharsets.UTF_8);
        }
    }

    @Override
    public String toString() {
        return "FlowState[" + provider + ", try " + tries + "]";
    }
}
