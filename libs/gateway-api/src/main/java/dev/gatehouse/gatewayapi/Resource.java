package dev.gatehouse.gatewayapi;

/**
 * An object: metadata and a typed specification. Equal when both are, wherever it was read.
 *
 * @param <S> the kind's specification
 */
public record Resource<S>(Metadata metadata, S spec) implements Comparable<Resource<?>> {
    /** The object's namespace and name. */
    public ObjectKey key() {
        return metadata.key();
    }

    public String namespace() {
        return metadata.key().namespace();
    }

    public String name() {
        return metadata.key().name();
    }

    /** Gateway API's precedence among equals: the older first, then by namespace and name. */
    @Override
    public int compareTo(Resource<?> other) {
        var mine = metadata.createdAt();
        var theirs = other.metadata.createdAt();
        if (mine.isPresent() && theirs.isPresent() && !mine.get().equals(theirs.get())) {
            return mine.get().compareTo(theirs.get());
        }
        return key().compareTo(other.key());
    }
}
