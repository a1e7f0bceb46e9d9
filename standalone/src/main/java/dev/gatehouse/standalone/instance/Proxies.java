package dev.gatehouse.standalone.instance;

import dev.gatehouse.controller.text.ResourceText;
import dev.gatehouse.xds.snapshot.FleetSnapshot;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;

/** Finds the proxy that a command names, and compares the proxy's configuration with the desired one. */
public final class Proxies {
    private Proxies() {}

    /**
     * The proxy with that node id, pod, or Gateway where it has one proxy.
     *
     * @throws CommandFailure there is none, or there are several; says which
     */
    public static Replica one(RunningGatehouse gatehouse, String proxy) throws IOException {
        List<Replica> all = gatehouse.replicas(Component.PROXY);
        List<Replica> found = all.stream()
                .filter(each -> each.node().equals(proxy)
                        || each.name().equals(proxy)
                        || each.fleet().equals(proxy))
                .toList();
        if (found.size() == 1) {
            return found.getFirst();
        }
        String names =
                (found.isEmpty() ? all : found).stream().map(Replica::node).collect(Collectors.joining(", "));
        throw new CommandFailure(
                all.isEmpty()
                        ? gatehouse.described()
                                + " has no proxy (expected: a Gateway with a listener that can be served)"
                        : found.isEmpty()
                                ? "proxy \"" + proxy + "\" does not run in " + gatehouse.described()
                                        + " (expected: one of " + names + ", or a Gateway's namespace/name)"
                                : "\"" + proxy + "\" has several proxies (expected: one of " + names + ")");
    }

    /**
     * The comparison of a proxy's configuration with the desired one.
     *
     * @throws CommandFailure that cannot be told; says why
     */
    public static JsonObject difference(RunningGatehouse gatehouse, String proxy, Progress progress)
            throws IOException {
        Replica replica = one(gatehouse, proxy);
        Subscribers.Subscriber subscriber = Subscribers.read(gatehouse, progress).all().stream()
                .filter(each -> each.node().equals(replica.node()))
                .findFirst()
                .orElseThrow(() -> new CommandFailure("proxy " + replica + " (" + replica.state()
                        + ") is connected to no xds-svc of " + gatehouse.described()
                        + " (expected: connected; 'gatehouse logs proxy' tells what stands in the way)"));
        progress.step("asking " + subscriber.replica() + " for " + subscriber.fleet());
        FleetSnapshot wanted = ServedResources.fleet(gatehouse, subscriber.replica(), subscriber.fleet());
        progress.step("asking " + replica + " what it has");
        String dump = gatehouse.get(replica, "/config_dump?include_eds");
        ProxyDifference.Result result = ProxyDifference.of(wanted, subscriber.asks(), dump);
        JsonArray differences = new JsonArray();
        result.differences()
                .forEach(each -> differences.add(new JsonObject()
                        .put("type", ResourceText.typeName(each.typeUrl()))
                        .put("name", each.name())
                        .put("what", each.what().name())
                        .put("detail", each.detail())
                        .put("fields", new JsonArray(each.fields()))));
        return new JsonObject()
                .put("node", subscriber.node())
                .put("gateway", subscriber.fleet())
                .put("compared", result.compared())
                .put("differences", differences);
    }
}
