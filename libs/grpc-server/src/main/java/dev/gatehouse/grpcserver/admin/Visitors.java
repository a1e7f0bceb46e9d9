package dev.gatehouse.grpcserver.admin;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.HostAndPort;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/**
 * Who may see the pages of a running instance: this host alone, unless it is set otherwise, and by a name of its own. Thread-safe.
 */
public final class Visitors {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final boolean loopbackOnly;
    private final Set<String> hosts;
    private final String remedy;
    private final String names;

    /** Only this host, by a loopback name. A Kubernetes port-forward counts as this host too. */
    public static final Visitors LOOPBACK_ONLY = new Visitors(
            true, List.of(), "Use a port-forward, as 'gatehouse' does.", "localhost, an address of loopback");

    /**
     * The permitted visitors.
     *
     * @param hosts names by which the pages may be called besides those of loopback
     * @param remedy a sentence: what somebody from elsewhere may do
     * @param names the host names that are expected, as messages name them
     */
    public Visitors(boolean loopbackOnly, Iterable<String> hosts, String remedy, String names) {
        this.loopbackOnly = loopbackOnly;
        this.remedy = remedy;
        this.names = names;
        this.hosts = lowerCase(hosts);
    }

    private static Set<String> lowerCase(Iterable<String> names) {
        return StreamSupport.stream(names.spliterator(), false)
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Why a request is refused; empty: it may be answered. */
    public Optional<String> refusal(HttpServerRequest request) {
        return refusal(
                Optional.ofNullable(request.connection().remoteAddress().hostAddress()),
                Optional.ofNullable(request.authority()).map(HostAndPort::host));
    }

    /**
     * @param peer the other end of the connection: an address; empty: it has none
     * @param host the name by which the request calls this server, without its port: a page of somebody else's, whose name has been made to
     *     lead here (DNS rebinding), calls by that name
     */
    Optional<String> refusal(Optional<String> peer, Optional<String> host) {
        if (loopbackOnly && !peer.map(Visitors::isLoopback).orElse(false)) {
            return Optional.of("This page is for this host only. " + remedy);
        }
        String name = host.orElse("").toLowerCase(Locale.ROOT);
        if (!LOOPBACK.contains(name) && !hosts.contains(name)) {
            return Optional.of("This page is not called by this host name (expected: " + names + ").");
        }
        return Optional.empty();
    }

    private static boolean isLoopback(String address) {
        try {
            int zone = address.indexOf('%');
            return InetAddress.ofLiteral(zone < 0 ? address : address.substring(0, zone))
                    .isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
