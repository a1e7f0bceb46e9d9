package dev.gatehouse.waf.policy;

import java.util.Locale;

/** Hostnames as policies name them. */
final class HostPattern {
    private HostPattern() {}

    /**
     * Without regard to case. A pattern without a port fits any port; {@code *.example.com} fits every name below
     * {@code example.com}, and not that itself.
     *
     * @param host the request's host, possibly with a trailing dot, which DNS ignores
     */
    static boolean matches(String pattern, String host) {
        String wanted = pattern.toLowerCase(Locale.ROOT);
        String given = host.toLowerCase(Locale.ROOT);
        String name = name(given);
        String port = given.substring(portAt(given));
        if (name.endsWith(".")) {
            name = name.substring(0, name.length() - 1);
        }
        boolean portWanted = portAt(wanted) < wanted.length();
        String candidate = portWanted ? name + port : name;
        return wanted.startsWith("*.")
                ? candidate.length() > wanted.length() - 1 && candidate.endsWith(wanted.substring(1))
                : candidate.equals(wanted);
    }

    private static String name(String host) {
        return host.substring(0, portAt(host));
    }

    /** Where the colon of the port is; the length without one. The colons of an IPv6 address are in brackets. */
    private static int portAt(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? colon : host.length();
    }
}
