package dev.gatehouse.controller.console;

import dev.gatehouse.console.LiveTraffic;
import dev.gatehouse.console.RefusedRequests;
import dev.gatehouse.console.model.ProblemEntry;
import dev.gatehouse.console.model.ProxyEntry;
import dev.gatehouse.controller.control.ControllerView;
import dev.gatehouse.controller.gateway.ListenerState;
import java.util.List;
import java.util.Optional;

/** What the console shows that depends on where the controller runs. Called by many threads at a time. */
public interface Site {
    /** What runs here, for the top of each page. */
    String name();

    /** Where people on this machine reach a listener; empty: not known. */
    Optional<String> url(ListenerState listener);

    /** Proxies and callout services that are connected. */
    List<ProxyEntry> proxies(ControllerView view);

    /** Problems that are not only in the statuses, such as those with a place in a file. */
    List<ProblemEntry> problems(ControllerView view);

    Optional<LiveTraffic> traffic();

    Optional<RefusedRequests> refusedRequests();
}
