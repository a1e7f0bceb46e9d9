package dev.gatehouse.authz.session;

import dev.gatehouse.authz.request.Cookies;
import dev.gatehouse.authz.seal.Hash;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;

/**
 * Names and attributes of the cookies of one sign-on. The names have its tag: policies of one host share no cookies unless they share the sign-on. A
 * cookie is deleted with the attributes with which it was set, as browsers keep it otherwise.
 *
 * @param tag of the sign-on
 * @param domain empty: the host alone
 */
public record OwnCookies(String tag, SameSite sameSite, Optional<String> domain) {
    private static final String HOST = "__Host-gh-";
    private static final String SECURE = "__Secure-gh-";
    private static final int TAG = 6;

    /** RFC 6265bis section 5.6.7. */
    public enum SameSite {
        LAX("Lax"),
        STRICT("Strict"),
        NONE("None");

        private final String text;

        SameSite(String text) {
            this.text = text;
        }
    }

    /** The tag of a policy that has none of its own. */
    public static String tagOf(String policy) {
        return Base64.getEncoder()
                .encodeToString(Hash.of("cookie", policy))
                .replace('+', 'a')
                .replace('/', 'b')
                .substring(0, TAG);
    }

    /** Whether a policy of Gatehouse has set the cookie: no backend gets to see it. */
    public static boolean own(String name) {
        return name.startsWith(HOST) || name.startsWith(SECURE);
    }

    /** The name of the session's cookie, or the beginning of its parts' names. */
    public String session() {
        return (domain.isEmpty() ? HOST : SECURE) + tag;
    }

    /** The name of the cookie of a login that is under way. */
    public String flow(int slot) {
        return flow(Integer.toString(slot));
    }

    /** The name of a cookie that belongs to logins, by what tells it from others. */
    public String flow(String slot) {
        return session() + "-" + slot;
    }

    public String set(String name, String value, Optional<Duration> age) {
        return name + "=" + value + attributes(sameSite)
                + age.map(duration -> "; Max-Age=" + Math.max(1, duration.toSeconds()))
                        .orElse("");
    }

    /** Never Strict: the provider's answer comes from another site. */
    public String setFlow(String slot, String value, Duration age) {
        return flow(slot) + "=" + value + attributes(flowSameSite()) + "; Max-Age=" + Math.max(1, age.toSeconds());
    }

    public String delete(String name) {
        return name + "=" + attributes(sameSite) + "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    }

    public String deleteFlow(String slot) {
        return flow(slot) + "=" + attributes(flowSameSite()) + "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
    }

    /** The names of the session's cookies that are there. */
    List<String> present(Cookies cookies) {
        return cookies.names().stream()
                .filter(name -> name.equals(session()) || name.startsWith(session() + "."))
                .toList();
    }

    private SameSite flowSameSite() {
        return sameSite == SameSite.STRICT ? SameSite.LAX : sameSite;
    }

    private String attributes(SameSite site) {
        return "; Path=/; Secure; HttpOnly; SameSite=" + site.text
                + domain.map(name -> "; Domain=" + name).orElse("");
    }
}
