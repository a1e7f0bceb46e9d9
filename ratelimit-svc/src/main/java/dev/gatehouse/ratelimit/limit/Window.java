package dev.gatehouse.ratelimit.limit;

/**
 * A span of time that hits are counted in.
 *
 * @param start seconds since the epoch, inclusive
 * @param end seconds since the epoch, exclusive
 */
public record Window(long start, long end) {
    public Window {
        if (end <= start) {
            throw new IllegalArgumentException(
                    "window " + start + " to " + end + " (expected: the end after the start)");
        }
    }
}
