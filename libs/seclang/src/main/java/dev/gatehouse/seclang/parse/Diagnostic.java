package dev.gatehouse.seclang.parse;

/** What is wrong, or suspicious, at a place. {@link #toString} is {@code source:line:column: message}. */
public record Diagnostic(Position position, String message) {
    @Override
    public String toString() {
        return position + ": " + message;
    }
}
