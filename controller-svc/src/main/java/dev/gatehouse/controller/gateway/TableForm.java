package dev.gatehouse.controller.gateway;

/** How proxies get the route tables of their HTTP listeners. */
public enum TableForm {
    /** A table is one resource, with the routes of all hosts. */
    WHOLE,
    /**
     * The virtual hosts of a table are resources of their own (Envoy, VHDS), so that a change of a route sends what its hosts have, and not
     * what all hosts have.
     */
    BY_HOST;

    /** What a table is called: one form never takes another's place under the same name, which would leave requests without routes. */
    public String name(String table) {
        return this == BY_HOST ? table + "/hosts" : table;
    }
}
