package dev.gatehouse.xdsclient;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * Who subscribes.
 *
 * @param id of this replica: the pod's name on Kubernetes
 * @param cluster its fleet, for example {@code gatehouse/waf}
 * @param userAgent the service's name
 * @param version the service's version
 */
public record XdsNode(String id, String cluster, String userAgent, String version) {
    public XdsNode {
        if (id.isEmpty() || cluster.isEmpty()) {
            throw new IllegalArgumentException(
                    "node id \"" + id + "\", cluster \"" + cluster + "\" (expected: neither empty)");
        }
    }

    /** The name of this host, the pod's on Kubernetes; {@code otherwise} where it has none. */
    public static String hostName(String otherwise) {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return otherwise;
        }
    }
}
