package dev.gatehouse.controller.console;

import dev.gatehouse.console.LiveTraffic;
import dev.gatehouse.console.RefusedRequests;
import dev.gatehouse.console.model.ProblemEntry;
import dev.gatehouse.console.model.ProxyEntry;
import dev.gatehouse.controller.control.ControllerView;
import dev.gatehouse.controller.gateway.ListenerState;
import java.util.List;
import java.util.Optional;

/** The part of the console that depends on where the controller runs. Called by many threads at a time. */
public interface Site {
    /** The name of this installation, for the top of each page. */
    String name();

    /** The URL of a listener for users of this machine; empty: unknown. */
    Optional<String> url(ListenerState listener);

    /** Proxies and callout services that are connected. */
    List<ProxyEntry> proxies(ControllerView view);

    /** Problems beyond the statuses, such as problems with a place in a file. */
    List<ProblemEntry> problems(ControllerView view);

    Optional<LiveTraffic> traffic();

    Optional<RefusedRequests> refusedRequests();
}
