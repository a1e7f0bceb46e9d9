package dev.gatehouse.controller.gateway;

import dev.gatehouse.controller.status.Condition;
import dev.gatehouse.controller.status.Conditions;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Finds HTTPS listeners on one port that share names (GEP-3567). A client reuses a connection for every name in the
 * certificate, so a request may arrive at the wrong listener. Such a request is answered with 421, upon which the
 * client opens another connection.
 */
public final class OverlappingTls {
    private OverlappingTls() {}

    /**
     * The condition OverlappingTLSConfig of {@code listener}; empty: the listener overlaps with no other.
     *
     * @param others the listeners of its fleet, with or without {@code listener} itself
     * @param names gives the known DNS names of a listener's certificates
     * @param unknown tells whether a listener has certificates of an SDS server, whose names are not known
     */
    public static Optional<Condition> of(
            ListenerState listener,
            List<ListenerState> others,
            Function<ListenerState, List<String>> names,
            Predicate<ListenerState> unknown) {
        if (!https(listener)) {
            return Optional.empty();
        }
        List<ListenerState> beside = others.stream()
                .filter(other -> https(other)
                        && other.boundPort() == listener.boundPort()
                        && !other.key().equals(listener.key()))
                .toList();
        List<String> own = names.apply(listener);
        String certificates = named(beside.stream()
                .filter(other -> names.apply(other).stream()
                        .anyMatch(name -> own.stream()
                                .anyMatch(
                                        mine -> Hostnames.intersect(mine, name).isPresent())))
                .toList());
        if (!certificates.isEmpty()) {
            return Optional.of(Condition.isTrue(
                    Conditions.OVERLAPPING_TLS,
                    "OverlappingCertificates",
                    "Its certificates are for names that those of " + certificates
                            + " are for too; requests that reuse the wrong connection are answered with 421."));
        }
        String hostnames = named(beside.stream()
                .filter(other ->
                        Hostnames.intersect(hostname(other), hostname(listener)).isPresent())
                .toList());
        if (!hostnames.isEmpty()) {
            return Optional.of(Condition.isTrue(
                    Conditions.OVERLAPPING_TLS,
                    "OverlappingHostnames",
                    "Hostname \"" + hostname(listener) + "\" overlaps with that of " + hostnames
                            + "; requests that reuse the wrong connection are answered with 421."));
        }
        boolean opaque = !beside.isEmpty() && unknown.test(listener)
                || beside.stream()
                        .filter(unknown)
                        .anyMatch(other -> own.stream()
                                .anyMatch(name -> Hostnames.intersect(name, hostname(other))
                                        .isPresent()));
        return opaque
                ? Optional.of(Condition.isTrue(
                        Conditions.OVERLAPPING_TLS,
                        "SDSCertificateOpaque",
                        "Which names certificates from an SDS server are for is not known: they may overlap with those of"
                                + " other listeners of the port; requests that reuse the wrong connection are answered"
                                + " with 421."))
                : Optional.empty();
    }

    private static boolean https(ListenerState listener) {
        return listener.serving()
                && listener.protocol().map(ListenerState.Protocol.HTTPS::equals).orElse(false);
    }

    private static String hostname(ListenerState listener) {
        return listener.spec().hostname().orElse(Hostnames.ANY);
    }

    private static String named(List<ListenerState> listeners) {
        return listeners.stream()
                .map(listener -> "listener \"" + listener.key().name() + "\" of "
                        + listener.key().owner())
                .sorted()
                .collect(Collectors.joining(", "));
    }
}
