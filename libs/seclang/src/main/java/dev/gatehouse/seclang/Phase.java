package dev.gatehouse.seclang;

/** The five moments of a transaction at which rules run; the number is the ordinal and one. */
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
