package dev.gatehouse.events;

import com.google.protobuf.ByteString;

/**
 * A resource's new content.
 *
 * @param version hash of the bytes; equal versions of one resource mean equal bytes
 * @param resource the serialised resource, in the clear
 * @param secret true where the resource holds a private key or a client secret: it leaves the process only sealed
 */
public record Put(ResourceId id, String version, ByteString resource, boolean secret) {
    public Put {
        if (version.isEmpty()) {
            throw new IllegalArgumentException("version of " + id + ": empty (expected: a hash of its bytes)");
        }
    }

    /** Never shows the bytes. */
    @Override
    public String toString() {
        return "Put[" + id + ", version=" + version + ", " + resource.size() + " bytes" + (secret ? ", secret]" : "]");
    }
}
