package dev.gatehouse.xds.snapshot;

import com.google.protobuf.Any;
import java.util.Set;

/**
 * A resource in the form that all subscribers get.
 *
 * @param version a hash of its bytes
 * @param any the config log's bytes under their type URL
 * @param requires the resources that a subscriber requests next: a cluster's endpoints, a listener's routes
 * @param fingerprint a hash of name and version, for sums over sets of resources
 */
public record VersionedResource(String name, String version, Any any, Set<ResourceKey> requires, long fingerprint) {
    public VersionedResource {
        requires = Set.copyOf(requires);
    }

    /** Reads the required resources from the bytes. Invalid bytes require nothing. */
    public static VersionedResource of(String name, String version, Any any) {
        return new VersionedResource(name, version, any, Requirements.of(any), fingerprint(name, version));
    }

    /** FNV-1a of both texts, then a finaliser that spreads every bit, so that sums of fingerprints do not collide by structure. */
    private static long fingerprint(String name, String version) {
        long hash = 0xcbf29ce484222325L;
        for (String text : new String[] {name, version}) {
            for (int i = 0; i < text.length(); i++) {
                hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
            }
            hash = (hash ^ 0xffff) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return hash ^ (hash >>> 33);
    }

    /** Names and sizes only: the bytes may hold a private key. */
    @Override
    public String toString() {
        return "VersionedResource[" + name + ", version=" + version + ", "
                + any.getValue().size() + " bytes]";
    }
}
