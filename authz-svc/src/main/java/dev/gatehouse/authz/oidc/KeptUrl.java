package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.request.Cookies;
import dev.gatehouse.authz.seal.Hash;
import dev.gatehouse.authz.seal.KeyRing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.zip.DataFormatException;

/**
 * Where a user wanted to go, if that is too long for {@code state}: providers refuse long addresses (Keycloak those of more than 4 kB). The browser keeps it
 * in cookies of this one login, sealed, until the login is done or too late.
 */
final class KeptUrl {
    /** What {@code state} has room for, packed. */
    private static final int LONGEST_IN_STATE = 900;

    /** Browsers keep 4096 bytes for a cookie with its name and attributes. */
    private static final int PART = 3_500;

    private static final int MOST_PARTS = 4;

    /** Proxies refuse requests whose headers have more than 60 kB: then no page of the site would come any more. */
    private static final int MOST_COOKIES = 32_000;

    private static final int ID = 8;

    private KeptUrl() {}

    /** Whether {@code url} is so long that it has to be kept apart. */
    static boolean needed(String url) {
        return url.length() > LONGEST_IN_STATE && FlowState.deflate(url).length > LONGEST_IN_STATE;
    }

    /**
     * Values of Set-Cookie that keep {@code url}; empty: browsers have no room for it.
     *
     * @param cookies that the browser has
     */
    static Optional<List<String>> keep(
            String url, byte[] seed, SignOnSettings settings, KeyRing keys, Cookies cookies, Duration age) {
        String sealed = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString(keys.close(FlowState.deflate(url), context(settings, seed)));
        int parts = (sealed.length() + PART - 1) / PART;
        if (parts > MOST_PARTS || cookies.length() + sealed.length() > MOST_COOKIES) {
            return Optional.empty();
        }
        List<String> set = new ArrayList<>();
        for (int i = 0; i < parts; i++) {
            String part = sealed.substring(i * PART, Math.min(sealed.length(), (i + 1) * PART));
            set.add(settings.cookies().setFlow(slot(seed, i), part, age));
        }
        return Optional.of(set);
    }

    /** Empty: the browser has not kept it. */
    static Optional<String> find(byte[] seed, SignOnSettings settings, KeyRing keys, Cookies cookies) {
        StringBuilder sealed = new StringBuilder();
        for (int i = 0; i < MOST_PARTS; i++) {
            cookies.value(settings.cookies().flow(slot(seed, i))).ifPresent(sealed::append);
        }
        try {
            Optional<byte[]> packed =
                    keys.open(Base64.getUrlDecoder().decode(sealed.toString()), context(settings, seed));
            return packed.isPresent() ? Optional.of(FlowState.inflate(packed.get())) : Optional.empty();
        } catch (IllegalArgumentException | DataFormatException e) {
            return Optional.empty();
        }
    }

    /** Values of Set-Cookie that take the cookies away. */
    static List<String> forget(byte[] seed, SignOnSettings settings, Cookies cookies) {
        List<String> delete = new ArrayList<>();
        for (int i = 0; i < MOST_PARTS; i++) {
            String slot = slot(seed, i);
            if (cookies.value(settings.cookies().flow(slot)).isPresent()) {
                delete.add(settings.cookies().deleteFlow(slot));
            }
        }
        return delete;
    }

    /** A name that no other login has. */
    private static String slot(byte[] seed, int part) {
        String id = Base64.getUrlEncoder().withoutPadding().encodeToString(Hash.of("url", seed));
        return id.substring(0, ID) + "-" + part;
    }

    private static byte[] context(SignOnSettings settings, byte[] seed) {
        return Hash.of("kept-url", settings.key(), Base64.getEncoder().encodeToString(seed));
    }
}
