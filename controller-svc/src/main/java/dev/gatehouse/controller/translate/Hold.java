package dev.gatehouse.controller.translate;

/**
 * Holds back one contribution: a route's to a table, a policy's to a listener, a patch's or an extension server's to a
 * resource. Proxies refuse
 * the contribution, or have not yet told whether they accept it. The hold ends by itself when the contribution changes.
 *
 * @param fingerprint the fingerprint of the contribution that is held back
 * @param form the replacement that is served
 */
public record Hold(int fingerprint, Form form) {
    /** The replacement for a contribution that is held back. */
    public enum Form {
        /**
         * For a route: its last accepted contribution, or without one the same matches answered with 500. For a policy:
         * its last accepted settings, or without them its rules or its listeners answered with 500. For a patch:
         * the unpatched resource.
         */
        LAST_GOOD,
        /** No contribution, since proxies refuse the replacement too: a route's matches, a policy's last accepted settings. */
        OMITTED
    }
}
