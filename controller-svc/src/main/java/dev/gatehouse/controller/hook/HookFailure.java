package dev.gatehouse.controller.hook;

/** An extension server gave no usable answer. */
public final class HookFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean away;

    /** @param away true if the server is unreachable or late, so that further calls would only cost time */
    public HookFailure(boolean away, String message) {
        super(message);
        this.away = away;
    }

    boolean away() {
        return away;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
