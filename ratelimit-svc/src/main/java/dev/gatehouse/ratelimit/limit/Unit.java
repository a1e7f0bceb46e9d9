package dev.gatehouse.ratelimit.limit;

/**
 * The length of a window. As in envoyproxy/ratelimit, windows start at multiples of their length since the epoch: weeks start on
 * Thursdays, a month is 30 days and a year 365.
 */
public enum Unit {
    SECOND('s', 1),
    MINUTE('m', 60),
    HOUR('h', 3_600),
    DAY('d', 86_400),
    WEEK('w', 7 * 86_400),
    MONTH('M', 30 * 86_400),
    YEAR('y', 365 * 86_400);

    private final char symbol;
    private final long seconds;

    Unit(char symbol, long seconds) {
        this.symbol = symbol;
        this.seconds = seconds;
    }

    public char symbol() {
        return symbol;
    }

    public long seconds() {
        return seconds;
    }

    /** The window that {@code epochSecond} is in. */
    public Window window(long epochSecond) {
        long start = Math.floorDiv(epochSecond, seconds) * seconds;
        return new Window(start, start + seconds);
    }
}
