package dev.gatehouse.controller.translate;

/**
 * What a route contributes to a table, or a patch to a resource, is held back, because proxies refuse it or are about to tell whether they do. It ends by
 * itself when the route's contribution is another.
 *
 * @param fingerprint of the contribution that is held back
 * @param form what is served instead
 */
public record Hold(int fingerprint, Form form) {
    /** What is served instead of a contribution. */
    public enum Form {
        /**
         * The contribution of a route that proxies accepted last; where there is none, the same matches, answered with 500. Of a patch:
         * nothing.
         */
        LAST_GOOD,
        /** Nothing: proxies refuse the matches themselves. */
        OMITTED
    }
}
