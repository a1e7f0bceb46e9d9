package dev.gatehouse.ratelimit.store;

/** Hits could not be counted. The request gets an error, and Envoy's failure mode decides about it. */
public final class StoreUnavailable extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreUnavailable(String message) {
        super(message);
    }

    public StoreUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
