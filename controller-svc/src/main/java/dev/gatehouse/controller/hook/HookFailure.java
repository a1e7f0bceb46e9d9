package dev.gatehouse.controller.hook;

/** An extension server did not give an answer that can be used. */
public final class HookFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final boolean away;

    /** @param away the server cannot be reached or is late: to ask it more would only take time */
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
