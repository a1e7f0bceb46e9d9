package dev.gatehouse.gatewayapi;

import java.time.Instant;

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

    /** Gateway API's precedence: the older first, one without a time (from a file) before all; then by namespace and name. */
    @Override
    public int compareTo(Resource<?> other) {
        int older = metadata.createdAt()
                .orElse(Instant.MIN)
                .compareTo(other.metadata.createdAt().orElse(Instant.MIN));
        if (older != 0) {
            return older;
        }
        return key().compareTo(other.key());
    }
}
