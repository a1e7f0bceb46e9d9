package dev.gatehouse.xds.stream;

import dev.gatehouse.xds.snapshot.VersionedResource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The route tables of one subscriber, as far as its virtual hosts depend on them. Envoy ignores the virtual hosts of a
 * table that it does not have, but still counts them among its resources (VHDS, {@code initial_resource_versions}). On
 * its next stream it names them, although the table that it has by then never got them.
 *
 * <p>So a table that may lack such virtual hosts is sent with a marked version, {@code ~} at its end, until they are
 * accepted. A subscriber that reconnects with a marked version is sent the table's virtual hosts again.
 */
final class RouteTables {
    private static final String UNSURE = "~";

    /**
     * The tables that the subscriber may have: it accepted them, had them when it connected, or refused a version that
     * may be a later one.
     */
    private final Set<String> established = new HashSet<>();

    /**
     * The number of pushes before the subscriber's last request for a table, until a later push is accepted. The table
     * in an earlier push may have been dropped since, or have arrived after the request.
     */
    private final Map<String, Long> askedAt = new HashMap<>();

    private final Set<String> everAsked = new HashSet<>();

    /** The tables that may lack virtual hosts that the subscriber counts among its resources. */
    private final Set<String> unsure = new HashSet<>();

    /** The tables that became established since the last {@link #takeFresh}, or that may have been dropped and established again. */
    private Set<String> fresh = new HashSet<>();

    private boolean returning;

    /** Notifies that the subscriber had an earlier stream. Its virtual hosts are unknown until it names them. */
    void returning() {
        returning = true;
    }

    /** Notifies that the subscriber requests a table that it already had when it connected. */
    void claimed(String name, String version) {
        everAsked.add(name);
        established.add(name);
        if (version.endsWith(UNSURE)) {
            unsure.add(name);
            fresh.add(name);
        }
    }

    /** @param pushes the number of pushes before the request */
    void asked(String name, long pushes) {
        established.remove(name);
        askedAt.put(name, pushes);
        if (!everAsked.add(name) || returning) {
            unsure.add(name);
        }
    }

    void unsubscribed(String name) {
        established.remove(name);
        askedAt.remove(name);
        unsure.remove(name);
    }

    void retain(Set<String> names) {
        established.retainAll(names);
    }

    void accepted(String name, long push) {
        boolean certain = push > askedAt.getOrDefault(name, Long.MAX_VALUE);
        if (certain) {
            askedAt.remove(name);
        }
        if (established.add(name) || certain) {
            fresh.add(name);
        }
    }

    /**
     * Notifies that the subscriber refused a push with the table. It may have applied the table nevertheless, or have
     * it from an earlier stream.
     */
    void refused(String name) {
        if (established.add(name)) {
            unsure.add(name);
            fresh.add(name);
        }
    }

    /** Returns and clears the tables whose virtual hosts must all be sent, since the subscriber may have none of them. */
    Set<String> takeFresh() {
        Set<String> taken = fresh;
        fresh = new HashSet<>();
        return taken;
    }

    /** Whether the subscriber may have the table. */
    boolean isEstablished(String name) {
        return established.contains(name);
    }

    /** Whether the subscriber may lack virtual hosts of the table that it counts among its resources. */
    boolean isUnsure(String name) {
        return unsure.contains(name);
    }

    /** Notifies that the subscriber has accepted all virtual hosts; returns the tables that are now complete. */
    Set<String> confirm() {
        Set<String> confirmed = new HashSet<>(unsure);
        confirmed.removeAll(askedAt.keySet());
        unsure.removeAll(confirmed);
        return confirmed;
    }

    boolean anyUnsure() {
        return !unsure.isEmpty();
    }

    /** The table in the form for this subscriber. */
    VersionedResource sent(VersionedResource table) {
        return unsure.contains(table.name())
                ? new VersionedResource(
                        table.name(), table.version() + UNSURE, table.any(), table.requires(), table.fingerprint())
                : table;
    }

    /** The version of a resource without what {@link #sent} adds to it. */
    static String version(String sent) {
        return sent.endsWith(UNSURE) ? sent.substring(0, sent.length() - UNSURE.length()) : sent;
    }
}
