package dev.gatehouse.authz.request;

import java.util.Locale;
import java.util.Optional;

/**
 * The Authorization header, RFC 9110 section 11.6.2: a scheme, whose case does not matter, and its credentials.
 *
 * @param scheme in lower case; empty: the header is one word without a scheme
 */
public record Authorization(String scheme, String credentials) {
    /** Empty: there is nothing in it. */
    public static Optional<Authorization> parse(String header) {
        String value = header.strip();
        if (value.isEmpty()) {
            return Optional.empty();
        }
        int space = value.indexOf(' ');
        if (space < 0) {
            return Optional.of(new Authorization("", value));
        }
        return Optional.of(new Authorization(
                value.substring(0, space).toLowerCase(Locale.ROOT),
                value.substring(space + 1).strip()));
    }

    @Override
    public String toString() {
        return "Authorization[" + scheme + "]";
    }
}
