package dev.gatehouse.xds.stream;

import dev.gatehouse.xds.snapshot.VersionedResource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The route tables that one subscriber has, as far as its virtual hosts depend on them. Envoy passes over a virtual host whose table it does
 * not have, but remembers its version (VHDS): on the next stream Envoy names that version in {@code initial_resource_versions}, though a table
 * which came in between never got the virtual host.
 *
 * <p>A table that may lack virtual hosts whose versions the subscriber remembers is <i>unsure</i>: its version is sent with {@code ~} at
 * the end, until the subscriber has accepted all virtual hosts. A subscriber that comes back with such a version is sent the table's virtual
 * hosts again. Confined to the stream's thread.
 */
final class RouteTables {
    private static final String UNSURE = "~";

    /** Tables that the subscriber may have: it accepted them, came with them, or refused a version of them that may be a later one. */
    private final Set<String> established = new HashSet<>();

    /**
     * By table: how many pushes there had been when the subscriber last asked for the table; until a later push with the table is
     * accepted. An earlier push may have reached the subscriber before it asked, and then it dropped the table.
     */
    private final Map<String, Long> askedAt = new HashMap<>();

    private final Set<String> everAsked = new HashSet<>();

    /** Tables that may lack virtual hosts whose versions the subscriber remembers. */
    private final Set<String> unsure = new HashSet<>();

    /** Tables that were established, or established again, since {@link #takeFresh}. */
    private Set<String> fresh = new HashSet<>();

    private boolean returning;

    /** The subscriber has had another stream, so that it may remember virtual hosts before it names them here. */
    void returning() {
        returning = true;
    }

    /** The subscriber asks for a table, and has a version of it from an earlier stream. */
    void claimed(String name, String version) {
        everAsked.add(name);
        established.add(name);
        if (version.endsWith(UNSURE)) {
            unsure.add(name);
            fresh.add(name);
        }
    }

    /**
     * The subscriber asks for a table that it does not have.
     *
     * @param pushes how many of the type this stream has sent so far
     */
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

    /** The subscriber refused a push with the table. It may have taken the table over nevertheless, or have it from an earlier stream. */
    void refused(String name) {
        if (established.add(name)) {
            unsure.add(name);
            fresh.add(name);
        }
    }

    /** Returns the tables whose virtual hosts are all to be sent, each table once: the subscriber may have none of them. */
    Set<String> takeFresh() {
        Set<String> taken = fresh;
        fresh = new HashSet<>();
        return taken;
    }

    /** Whether the subscriber may have the table. */
    boolean isEstablished(String name) {
        return established.contains(name);
    }

    /** Whether the table may lack virtual hosts whose versions the subscriber remembers. */
    boolean isUnsure(String name) {
        return unsure.contains(name);
    }

    /** The subscriber has accepted all virtual hosts. Returns the tables that were unsure until now. */
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
