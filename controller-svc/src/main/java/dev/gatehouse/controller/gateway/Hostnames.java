package dev.gatehouse.controller.gateway;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Hostnames as Gateway API matches them: "*" (any), "*.example.com" (any subdomain), or precise. */
public final class Hostnames {
    /** Any hostname. */
    public static final String ANY = "*";

    /** More specific first: precise before wildcard, longer before shorter. */
    public static final Comparator<String> SPECIFICITY = Comparator.<String>comparingInt(
                    host -> host.equals(ANY) ? 2 : host.startsWith("*.") ? 1 : 0)
            .thenComparing(Comparator.comparingInt(String::length).reversed())
            .thenComparing(Comparator.naturalOrder());

    private Hostnames() {}

    /** True if every hostname that {@code narrow} matches is matched by {@code wide}. */
    public static boolean covers(String wide, String narrow) {
        if (wide.equals(ANY) || wide.equals(narrow)) {
            return true;
        }
        return wide.startsWith("*.")
                && !narrow.equals(ANY)
                && narrow.length() > wide.length() - 1
                && narrow.endsWith(wide.substring(1));
    }

    /** Every hostname that covers {@code hostname}, the most specific first: itself, wildcards of its parents, any. */
    public static List<String> covering(String hostname) {
        List<String> covering = new ArrayList<>();
        covering.add(hostname);
        int from = hostname.startsWith("*.") ? 2 : 0;
        for (int dot = hostname.indexOf('.', from); dot >= 0; dot = hostname.indexOf('.', dot + 1)) {
            covering.add("*" + hostname.substring(dot));
        }
        if (!hostname.equals(ANY)) {
            covering.add(ANY);
        }
        return covering;
    }

    /** The hostnames that both {@code a} and {@code b} match: the narrower of the two; empty: they have no hostname in common. */
    public static Optional<String> intersect(String a, String b) {
        if (covers(a, b)) {
            return Optional.of(b);
        }
        return covers(b, a) ? Optional.of(a) : Optional.empty();
    }

    /**
     * The hostnames for which a route serves on a listener; empty: the route does not attach to the listener.
     *
     * @param listener the listener's hostname; {@link #ANY} if it has none
     * @param route the route's hostnames; an empty list stands for the listener's hostname
     */
    public static List<String> intersect(String listener, List<String> route) {
        if (route.isEmpty()) {
            return List.of(listener);
        }
        return route.stream()
                .flatMap(host -> intersect(listener, host).stream())
                .distinct()
                .toList();
    }
}
