package dev.gatehouse.xdsclient;

import com.google.protobuf.Any;

/**
 * One resource of a set that the server pushed.
 *
 * @param name empty where neither the resource's wrapper nor the service's naming function says it
 * @param version of the push that carried it
 */
public record Resource(String name, String version, Any any) {
    /** Names and sizes only: the bytes may hold a secret. */
    @Override
    public String toString() {
        return "Resource[" + name + ", version=" + version + ", "
                + any.getValue().size() + " bytes]";
    }
}
