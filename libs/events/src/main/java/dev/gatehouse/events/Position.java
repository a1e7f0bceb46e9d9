package dev.gatehouse.events;

/**
 * A place in the config log.
 *
 * @param epoch one life of the log; offsets of different epochs do not compare
 * @param offset of a transaction, from 1 without gaps; 0 is before the first
 */
public record Position(String epoch, long offset) {
    public Position {
        if (epoch.isEmpty()) {
            throw new IllegalArgumentException("epoch: empty (expected: an identifier)");
        }
        if (offset < 0) {
            throw new IllegalArgumentException("offset: " + offset + " (expected: >= 0)");
        }
    }

    /** Whether this transaction is one of those up to {@code other}, of the same log. */
    public boolean isWithin(Position other) {
        return epoch.equals(other.epoch) && offset <= other.offset;
    }
}
