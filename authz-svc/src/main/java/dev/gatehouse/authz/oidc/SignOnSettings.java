package dev.gatehouse.authz.oidc;

import dev.gatehouse.authz.provider.Provider;
import dev.gatehouse.authz.session.Lifetimes;
import dev.gatehouse.authz.session.OwnCookies;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * How users sign on to what one policy protects.
 *
 * @param policy {@code <namespace>/<name>}
 * @param providers one or more, with different names
 * @param redirectUri of the provider's answers; with several providers each has its own below it
 * @param logoutPath empty: there is no logout
 * @param postLogoutUri empty: "/" of the host
 * @param tokenLifetime of access tokens that do not say; empty: these are refused
 * @param refreshLifetime of refresh tokens that do not say
 * @param denyRedirect requests of programs
 * @param loginTimeout how long a login may take
 */
public record SignOnSettings(
        String policy,
        List<Provider> providers,
        Template redirectUri,
        Optional<String> logoutPath,
        Optional<String> backChannelPath,
        Optional<String> frontChannelPath,
        Optional<Template> postLogoutUri,
        OwnCookies cookies,
        Lifetimes lifetimes,
        Optional<Duration> tokenLifetime,
        Duration refreshLifetime,
        Forwarding forwarding,
        List<HeaderMatcher> denyRedirect,
        List<PassThrough> passThrough,
        Duration loginTimeout,
        StepUp stepUp) {
    public SignOnSettings {
        providers = List.copyOf(providers);
        denyRedirect = List.copyOf(denyRedirect);
        passThrough = List.copyOf(passThrough);
    }

    /** Requests that another filter verifies by a token in them. */
    public record PassThrough(String header, String prefix) {
        private static final Pattern JWT = Pattern.compile("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");

        /** Names of schemes have no case, RFC 9110 section 11.1. Whether the token is right that filter says: here it has the form of one. */
        boolean matches(String value) {
            return value.regionMatches(true, 0, prefix, 0, prefix.length())
                    && JWT.matcher(value.substring(prefix.length()).strip()).matches();
        }

        public PassThrough {
            header = header.toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What a session has to be, RFC 9470.
     *
     * @param acrValues one of these is needed; empty: none is
     * @param maxAge since the user showed who it is; empty: any
     */
    public record StepUp(List<String> acrValues, Optional<Duration> maxAge) {
        public StepUp {
            acrValues = List.copyOf(acrValues);
        }
    }

    /** What logins and sessions are known by: policies with the same share them. */
    String key() {
        return cookies.tag();
    }

    Optional<Provider> provider(String name) {
        return providers.stream()
                .filter(provider -> provider.settings().name().equals(name))
                .findFirst();
    }
}
