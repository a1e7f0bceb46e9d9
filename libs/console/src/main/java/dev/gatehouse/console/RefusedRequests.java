package dev.gatehouse.console;

import dev.gatehouse.console.model.RefusedRequest;
import java.util.List;

/** The requests that proxies refused last. Called by any number of threads at a time, which may be kept waiting for some seconds. */
public interface RefusedRequests {
    /** Requests of one kind that are shown at most. */
    int KEPT = 100;

    /** The last {@value #KEPT} requests of each of {@code kinds}, the latest first. */
    List<RefusedRequest> latest(Iterable<RefusedRequest.Kind> kinds);
}
