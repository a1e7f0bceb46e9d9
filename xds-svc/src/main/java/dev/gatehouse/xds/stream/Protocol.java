package dev.gatehouse.xds.stream;

/** The two variants of the xDS transport protocol. */
public enum Protocol {
    DELTA("delta"),
    STATE_OF_THE_WORLD("sotw");

    private final String label;

    Protocol(String label) {
        this.label = label;
    }

    /** As reports and metrics say it. */
    public String label() {
        return label;
    }
}
