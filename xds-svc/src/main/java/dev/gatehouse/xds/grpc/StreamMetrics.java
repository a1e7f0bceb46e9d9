package dev.gatehouse.xds.grpc;

import dev.gatehouse.xds.stream.Protocol;
import java.time.Duration;

/** What is counted and timed. Thread-safe; never blocks. */
public interface StreamMetrics {
    void connected(Protocol protocol);

    void disconnected(Protocol protocol);

    void pushed(String typeUrl);

    void acknowledged(String typeUrl, Duration latency);

    void rejected(String typeUrl);

    /** A stream has begun to owe something for too long, or no longer does. */
    void overdue(boolean overdue);

    /** @param propagation from the controller's publishing to the subscriber's acceptance */
    void applied(Duration propagation);
}
