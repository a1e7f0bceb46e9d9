package dev.gatehouse.gatewayapi.yaml;

import java.util.regex.Pattern;

/**
 * The required form of a string.
 *
 * @param pattern the pattern that the whole string must match
 * @param maxLength in characters
 * @param description the form in words, for messages
 */
public record Syntax(Pattern pattern, int maxLength, String description) {
    /** Any string. */
    public static final Syntax ANY = of("(?s).*", Integer.MAX_VALUE, "any string");

    /** A string that is not empty. */
    public static final Syntax NOT_EMPTY = of("(?s).+", Integer.MAX_VALUE, "a string that is not empty");

    /** An RFC 1123 label. */
    public static final Syntax DNS_LABEL = of(
            "[a-z0-9]([-a-z0-9]*[a-z0-9])?",
            63,
            "a DNS label: lower-case letters, digits and '-', at most 63 characters");

    /** An RFC 1123 subdomain: the name of a Kubernetes object. */
    public static final Syntax DNS_NAME = of(
            "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
            253,
            "a DNS name: labels of lower-case letters, digits and '-', joined by '.', at most 253 characters");

    /** A hostname that may begin with a wildcard label, as Gateway API's Hostname. */
    public static final Syntax HOSTNAME = of(
            "(\\*\\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*",
            253,
            "a DNS name in lower case, with \"*.\" before it for all its subdomains; no port, no IP address");

    /** A hostname without wildcard. */
    public static final Syntax PRECISE_HOSTNAME = new Syntax(DNS_NAME.pattern, 253, DNS_NAME.description);

    /** A hostname without wildcard, which may end with a dot: then no search domain is tried. */
    public static final Syntax ABSOLUTE_HOSTNAME = of(DNS_NAME.pattern + "\\.?", 253, DNS_NAME.description);

    /** Four numbers of up to three digits, joined by dots; no leading zeros, which Envoy refuses. */
    public static final Syntax DOTTED_QUAD = of("(0|[1-9]\\d{0,2})(\\.(0|[1-9]\\d{0,2})){3}", 15, "an IPv4 address");

    /** An HTTP header's name (RFC 9110, token). */
    public static final Syntax HEADER_NAME =
            of("[A-Za-z0-9!#$%&'*+\\-.^_`|~]+", 256, "an HTTP header name: letters, digits and !#$%&'*+-.^_`|~");

    /** A path that begins with '/'. */
    public static final Syntax PATH = of("(?s)/.*", 1024, "a path that begins with \"/\", at most 1024 characters");

    /** Makes a form from a regular expression. */
    public static Syntax of(String pattern, int maxLength, String description) {
        return new Syntax(Pattern.compile(pattern), maxLength, description);
    }

    /** True if {@code text} has this form. */
    public boolean matches(String text) {
        return text.length() <= maxLength && pattern.matcher(text).matches();
    }
}
