package dev.gatehouse.seclang.parse;

/** An error or warning about a place in the source. {@link #toString} is {@code source:line:column: message}. */
public record Diagnostic(Position position, String message) {
    @Override
    public String toString() {
        return position + ": " + message;
    }
}
