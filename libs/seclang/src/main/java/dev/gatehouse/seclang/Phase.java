package dev.gatehouse.seclang;

/** The five points of a transaction at which rules run. A phase's number is its ordinal plus one. */
public enum Phase {
    REQUEST_HEADERS,
    REQUEST_BODY,
    RESPONSE_HEADERS,
    RESPONSE_BODY,
    LOGGING;

    /** 1 to 5. */
    public int number() {
        return ordinal() + 1;
    }
}
