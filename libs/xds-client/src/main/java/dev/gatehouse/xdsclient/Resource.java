package dev.gatehouse.xdsclient;

import com.google.protobuf.Any;

/**
 * One resource that the server pushed.
 *
 * @param name never empty
 * @param version of the resource: another content has another version
 */
public record Resource(String name, String version, Any any) {
    /** Names and sizes only: the bytes may hold a secret. */
    @Override
    public String toString() {
        return "Resource[" + name + ", version=" + version + ", "
                + any.getValue().size() + " bytes]";
    }
}
