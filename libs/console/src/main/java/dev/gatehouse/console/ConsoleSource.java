package dev.gatehouse.console;

import dev.gatehouse.console.model.Explanation;
import dev.gatehouse.console.model.GatewayEntry;
import dev.gatehouse.console.model.PolicyDetails;
import dev.gatehouse.console.model.PolicyEntry;
import dev.gatehouse.console.model.ProblemEntry;
import dev.gatehouse.console.model.ProxyEntry;
import dev.gatehouse.console.model.RouteDetails;
import dev.gatehouse.console.model.RouteEntry;
import java.util.List;
import java.util.Optional;

/**
 * The present data of the console's pages. Thread-safe; calls may block. Lists are in display order. No value contains
 * a Secret's content.
 */
public interface ConsoleSource {
    /** What runs here, such as "standalone" or the pod's name. */
    String instance();

    List<GatewayEntry> gateways() throws InterruptedException;

    List<RouteEntry> routes() throws InterruptedException;

    /** One route with its rules; empty: there is none of that name. */
    Optional<RouteDetails> route(String kind, String namespace, String name) throws InterruptedException;

    List<PolicyEntry> policies() throws InterruptedException;

    /** One policy, and where it counts; empty: there is none of that name. */
    Optional<PolicyDetails> policy(String kind, String namespace, String name) throws InterruptedException;

    /** Proxies and callout services that are connected. */
    List<ProxyEntry> proxies() throws InterruptedException;

    /** The worst first. */
    List<ProblemEntry> problems() throws InterruptedException;

    /**
     * What becomes of a request.
     *
     * @param headers each "name: value"
     * @param source the client's address; empty: it is not known
     * @throws IllegalArgumentException the request cannot be one; its message is for people
     */
    Explanation explain(String method, String url, List<String> headers, Optional<String> source)
            throws InterruptedException;

    /** The proxies' traffic; empty: it is not known here. */
    Optional<LiveTraffic> traffic();

    /** The requests that proxies refused last; empty: it is not known here. */
    Optional<RefusedRequests> refusedRequests();
}
