package dev.gatehouse.controller.check;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Checks the header names that a route changes, and the paths that it writes, as Envoy does. */
public final class HeaderText {
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9!#$%&'*+\\-.^_`|~]+");
    private static final Pattern NO_PATH = Pattern.compile("[\\x00-\\x20\\x7f#]");

    private HeaderText() {}

    /** Why a route must not set, add or remove the header {@code name}; empty: the change is permitted. */
    public static Optional<String> problemWithChange(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        if (lower.equals("host") || lower.startsWith(":")) {
            return Optional.of(Texts.quoted(name)
                    + " cannot be changed by a header modifier (expected: urlRewrite.hostname for the Host)");
        }
        return TOKEN.matcher(name).matches()
                ? Optional.empty()
                : Optional.of(Texts.quoted(name)
                        + " is not an HTTP header's name (expected: letters, digits and !#$%&'*+-.^_`|~)");
    }

    /** Why {@code path} cannot be written into a request or a Location; empty: it is valid. */
    public static Optional<String> problemWithPath(String path) {
        return NO_PATH.matcher(path).find()
                ? Optional.of(Texts.quoted(path)
                        + " has a character that no path has (expected: no spaces, control characters or \"#\")")
                : Optional.empty();
    }
}
