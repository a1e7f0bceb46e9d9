package dev.gatehouse.standalone.instance;

/**
 * One process of a component.
 *
 * @param namespace of its pod; empty: it is no pod
 * @param name of its pod; of a process on this machine what it is
 * @param node the node id by which xds-svc knows it; empty: that of a service is not of interest
 * @param fleet of a proxy: the Gateway's namespace/name, or the class's name where Gateways are merged; empty: a service
 * @param ready whether it takes work; why not, where it does not: {@code state}
 * @param state "ready", or what it is instead: "CrashLoopBackOff"
 * @param image of its container; empty: none
 */
public record Replica(
        Component component,
        String namespace,
        String name,
        String node,
        String fleet,
        boolean ready,
        String state,
        String image) {
    @Override
    public String toString() {
        return name;
    }
}
