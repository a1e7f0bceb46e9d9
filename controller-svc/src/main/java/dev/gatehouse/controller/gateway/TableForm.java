package dev.gatehouse.controller.gateway;

/** How proxies get the route tables of their HTTP listeners. */
public enum TableForm {
    /** A route table is one resource with the routes of all hosts. */
    WHOLE,
    /**
     * The virtual hosts of a table are resources of their own (Envoy, VHDS), so that a changed route sends its own
     * hosts' routes only.
     */
    BY_HOST;

    /**
     * The resource name of a table. The two forms have different names: replacing one form by the other under the same
     * name would leave requests without routes for a moment.
     */
    public String name(String table) {
        return this == BY_HOST ? table + "/hosts" : table;
    }
}
