package dev.gatehouse.xdsclient;

import java.util.List;

/** Takes each set of resources that the server pushes: all that there are of the type. Called by one thread at a time. */
@FunctionalInterface
public interface Subscriber {
    /** An exception counts as a rejection with its message. */
    Verdict take(List<Resource> resources);
}
