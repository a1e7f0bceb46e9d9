package dev.gatehouse.xds.grpc;

import dev.gatehouse.xds.stream.Protocol;
import java.time.Duration;

/** Receives the counts and times of streams. Thread-safe; never blocks. */
public interface StreamMetrics {
    /** Ignores all measurements. */
    StreamMetrics NONE = new StreamMetrics() {
        @Override
        public void connected(Protocol protocol) {}

        @Override
        public void disconnected(Protocol protocol) {}

        @Override
        public void pushed(String typeUrl) {}

        @Override
        public void acknowledged(String typeUrl, Duration latency) {}

        @Override
        public void rejected(String typeUrl) {}

        @Override
        public void overdue(boolean overdue) {}

        @Override
        public void applied(Duration propagation) {}
    };

    void connected(Protocol protocol);

    void disconnected(Protocol protocol);

    void pushed(String typeUrl);

    void acknowledged(String typeUrl, Duration latency);

    void rejected(String typeUrl);

    /** A stream became overdue, or is no longer overdue. */
    void overdue(boolean overdue);

    /** @param propagation the time from the controller's publication to the subscriber's acceptance */
    void applied(Duration propagation);
}
