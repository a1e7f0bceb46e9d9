package dev.gatehouse.xds.stream;

import dev.gatehouse.xds.snapshot.VersionedResource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Which route tables one subscriber has, as far as its virtual hosts depend on it. Envoy passes over the virtual hosts of a table that it
 * does not have, but counts them among what it has (VHDS, {@code initial_resource_versions}): on its next stream it names them, though
 * the table that it has by then was never given them.
 *
 * <p>So a table that may lack virtual hosts which the subscriber will name is sent in a version of its own, {@code ~} at its end, until
 * they are accepted. Who comes back with that version is sent the virtual hosts of the table again.
 */
final class RouteTables {
    private static final String UNSURE = "~";

    /** Those that the subscriber may have: accepted, come with, or refused in a version that may be a later one. */
    private final Set<String> established = new HashSet<>();

    /**
     * The number of pushes before the subscriber asked for a table last, until a later one is accepted. What an earlier one held may
     * have been for what the subscriber has dropped since, or have come after it had asked.
     */
    private final Map<String, Long> askedAt = new HashMap<>();

    private final Set<String> everAsked = new HashSet<>();

    /** Those that may lack virtual hosts that the subscriber counts among what it has. */
    private final Set<String> unsure = new HashSet<>();

    /** Those that have become established since they were taken last, or may have been dropped and established again. */
    private Set<String> fresh = new HashSet<>();

    private boolean returning;

    /** The subscriber has had another stream: what it knows of virtual hosts is not known here until it says so. */
    void returning() {
        returning = true;
    }

    /** The subscriber asks for a table that it came with. */
    void claimed(String name, String version) {
        everAsked.add(name);
        established.add(name);
        if (version.endsWith(UNSURE)) {
            unsure.add(name);
            fresh.add(name);
        }
    }

    /** @param pushes how many there were before */
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

    /** The subscriber refused a push with the table: it may have taken it over nevertheless, or have it from an earlier stream. */
    void refused(String name) {
        if (established.add(name)) {
            unsure.add(name);
            fresh.add(name);
        }
    }

    /** Tables of which all virtual hosts are to be sent, since the subscriber may have been given none of them. */
    Set<String> takeFresh() {
        Set<String> taken = fresh;
        fresh = new HashSet<>();
        return taken;
    }

    /** Whether the subscriber may have the table. */
    boolean isEstablished(String name) {
        return established.contains(name);
    }

    /** Whether the subscriber may lack virtual hosts of the table that it names as had. */
    boolean isUnsure(String name) {
        return unsure.contains(name);
    }

    /** The subscriber has accepted all virtual hosts: returns the tables that lack none any more. */
    Set<String> confirm() {
        Set<String> confirmed = new HashSet<>(unsure);
        confirmed.removeAll(askedAt.keySet());
        unsure.removeAll(confirmed);
        return confirmed;
    }

    boolean anyUnsure() {
        return !unsure.isEmpty();
    }

    /** The table as it is to be sent to this subscriber. */
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
