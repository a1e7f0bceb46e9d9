package dev.gatehouse.authz.session;

import dev.gatehouse.authz.request.Cookies;
import dev.gatehouse.authz.seal.Hash;
import dev.gatehouse.authz.seal.KeyRing;
import dev.gatehouse.authz.seal.Secret;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;

/**
 * Sessions of one policy in its users' cookies, compressed, sealed with the key ring, and split where a browser takes no longer one. No server remembers them: a
 * logout takes the cookies away, and one by the provider cannot reach them. A session is renewed while its request waits,
 * whose answer brings the new cookies. It is remembered for a minute, for requests that were under way with the old cookies; on another replica these ask the
 * provider again.
 */
public final class CookieSessions implements Sessions {
    private static final int PART = 3_500;
    private static final int MOST_PARTS = 6;
    private static final int MOST_BYTES = 262_144;
    private static final int MOST_RECENT = 10_000;
    private static final Duration RECENT = Duration.ofMinutes(1);
    private static final byte[] NO_TICKET = new byte[0];

    private final OwnCookies cookies;
    private final Lifetimes lifetimes;
    private final Supplier<KeyRing> keys;
    private final InstantSource clock;
    private final byte[] context;
    private final Map<String, CompletableFuture<Renewal>> underWay = new ConcurrentHashMap<>();
    private final Map<String, Recent> recent = new ConcurrentHashMap<>();

    private record Recent(Renewal renewal, Instant end) {}

    public CookieSessions(
            String policy, OwnCookies cookies, Lifetimes lifetimes, Supplier<KeyRing> keys, InstantSource clock) {
        this.cookies = cookies;
        this.lifetimes = lifetimes;
        this.keys = keys;
        this.clock = clock;
        this.context = Hash.of("cookie-session", policy);
    }

    @Override
    public CompletionStage<Optional<Held>> find(Cookies request) {
        return CompletableFuture.completedFuture(open(request));
    }

    private Optional<Held> open(Cookies request) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < MOST_PARTS; i++) {
            Optional<String> part = request.value(name(i));
            if (part.isEmpty()) {
                break;
            }
            text.append(part.get());
        }
        if (text.isEmpty()) {
            return Optional.empty();
        }
        Instant now = clock.instant();
        return sealed(text.toString())
                .flatMap(bytes -> keys.get().open(bytes, context))
                .flatMap(CookieSessions::inflate)
                .flatMap(Session::decode)
                .filter(session -> lifetimes
                        .idle()
                        .map(idle -> session.used().plus(idle).isAfter(now))
                        .orElse(true))
                .map(session -> held(session, now, request));
    }

    private Held held(Session session, Instant now, Cookies request) {
        boolean note = lifetimes
                .touch()
                .map(every -> !session.used().plus(every).isAfter(now))
                .orElse(false);
        List<String> present = cookies.present(request);
        List<String> set = note ? write(session.usedAt(now), present).orElse(List.of()) : List.of();
        return new Held(session, key(session), NO_TICKET, present, set);
    }

    /** The same for all cookies with the same tokens: a note of the session's use changes the cookies, and is no reason to use a refresh token again. */
    private String key(Session session) {
        Session.Tokens tokens = session.tokens();
        return Base64.getUrlEncoder()
                .encodeToString(Hash.of(
                        "cookie-key",
                        session.issuer(),
                        tokens.access().text(),
                        tokens.refresh().map(Secret::text).orElse("")));
    }

    private static Optional<byte[]> sealed(String text) {
        try {
            return Optional.of(Base64.getUrlDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private String name(int part) {
        return part == 0 ? cookies.session() : cookies.session() + "." + part;
    }

    @Override
    public boolean claimed(Cookies request) {
        return request.value(cookies.session()).isPresent();
    }

    @Override
    public CompletionStage<Optional<List<String>>> begin(Session session, Cookies request) {
        return CompletableFuture.completedFuture(write(session, cookies.present(request)));
    }

    /**
     * Values of Set-Cookie; empty: the session is too long.
     *
     * @param present names of the session's cookies that the browser has
     */
    private Optional<List<String>> write(Session session, List<String> present) {
        String text = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(keys.get().close(deflate(session.encode()), context));
        int parts = (text.length() + PART - 1) / PART;
        if (parts > MOST_PARTS) {
            return Optional.empty();
        }
        List<String> set = new ArrayList<>();
        List<String> old = new ArrayList<>(present);
        for (int i = 0; i < parts; i++) {
            String part = text.substring(i * PART, Math.min(text.length(), (i + 1) * PART));
            set.add(cookies.set(name(i), part, lifetimes.absolute()));
            old.remove(name(i));
        }
        old.forEach(name -> set.add(cookies.delete(name)));
        return Optional.of(set);
    }

    private static byte[] deflate(byte[] plain) {
        try (Deflater deflater = new Deflater(Deflater.BEST_SPEED)) {
            deflater.setInput(plain);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length);
            byte[] buffer = new byte[PART];
            while (!deflater.finished()) {
                out.write(buffer, 0, deflater.deflate(buffer));
            }
            return out.toByteArray();
        }
    }

    private static Optional<byte[]> inflate(byte[] packed) {
        try (Inflater inflater = new Inflater()) {
            inflater.setInput(packed);
            ByteArrayOutputStream out = new ByteArrayOutputStream(packed.length * 2);
            byte[] buffer = new byte[PART];
            while (!inflater.finished() && out.size() < MOST_BYTES) {
                int count = inflater.inflate(buffer);
                if (count == 0 && (inflater.needsInput() || inflater.needsDictionary())) {
                    return Optional.empty();
                }
                out.write(buffer, 0, count);
            }
            return Optional.of(out.toByteArray());
        } catch (DataFormatException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean carried() {
        return true;
    }

    @Override
    public CompletionStage<Renewal> renew(
            Held held, Predicate<Session> fresh, Function<Session, CompletionStage<Renewal.Outcome>> call) {
        Instant now = clock.instant();
        Recent before = recent.get(held.key());
        Session base = held.session();
        if (before != null && before.end().isAfter(now)) {
            if (!(before.renewal() instanceof Renewal.Current current)
                    || fresh.test(current.held().session())) {
                return CompletableFuture.completedFuture(before.renewal());
            }
            // It was renewed for something else: its newest tokens count.
            base = current.held().session();
        }
        CompletableFuture<Renewal> mine = new CompletableFuture<>();
        CompletableFuture<Renewal> other = underWay.putIfAbsent(held.key(), mine);
        if (other != null) {
            return other;
        }
        call.apply(base).whenComplete((outcome, failure) -> {
            Renewal renewal = failure != null
                    ? new Renewal.Unavailable(String.valueOf(failure.getMessage()))
                    : renewal(held, outcome);
            if (renewal instanceof Renewal.Current || renewal instanceof Renewal.Over) {
                remember(held.key(), renewal, now);
            }
            underWay.remove(held.key(), mine);
            mine.complete(renewal);
        });
        return mine;
    }

    private Renewal renewal(Held held, Renewal.Outcome outcome) {
        return switch (outcome) {
            case Renewal.Outcome.Renewed renewed ->
                write(renewed.session().usedAt(clock.instant()), held.cookies())
                        .<Renewal>map(set -> new Renewal.Current(
                                new Held(renewed.session(), held.key(), NO_TICKET, held.cookies(), set)))
                        .orElseGet(() -> new Renewal.Over("it has become too long for cookies"));
            case Renewal.Outcome.Ended ended -> new Renewal.Over(ended.why());
            case Renewal.Outcome.Refused refused -> new Renewal.Refused(refused.why());
            case Renewal.Outcome.Failed failed -> new Renewal.Unavailable(failed.why());
        };
    }

    private void remember(String key, Renewal renewal, Instant now) {
        if (recent.size() >= MOST_RECENT) {
            recent.values().removeIf(old -> !old.end().isAfter(now));
        }
        if (recent.size() < MOST_RECENT) {
            recent.put(key, new Recent(renewal, now.plus(RECENT)));
        }
    }

    @Override
    public CompletionStage<Boolean> end(Held held) {
        return CompletableFuture.completedStage(true);
    }

    @Override
    public List<String> forget(Cookies request) {
        return cookies.present(request).stream().map(cookies::delete).toList();
    }

    @Override
    public CompletionStage<Integer> endAll(List<String> indexes) {
        return CompletableFuture.completedFuture(0);
    }

    @Override
    public CompletionStage<Boolean> first(String id) {
        return CompletableFuture.completedFuture(true);
    }
}
