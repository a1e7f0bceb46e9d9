package dev.gatehouse.gatewayapi;

import java.time.Instant;

/**
 * An object: metadata and a typed specification. Resources with equal metadata and specification are equal, wherever
 * they were read.
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

    /**
     * Gateway API's precedence: the older object first, objects without a creation time (from files) before all others;
     * then by namespace and name.
     */
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
