package dev.gatehouse.authz.seal;

/** Text that no log may have. */
public record Secret(String text) {
    public boolean isEmpty() {
        return text.isEmpty();
    }

    @Override
    public String toString() {
        return "***";
    }
}
