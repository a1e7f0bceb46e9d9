package dev.gatehouse.xds.stream;

/** The two variants of the xDS transport protocol. */
public enum Protocol {
    DELTA("delta"),
    STATE_OF_THE_WORLD("sotw");

    private final String label;

    Protocol(String label) {
        this.label = label;
    }

    /** The name in reports and metrics. */
    public String label() {
        return label;
    }
}
