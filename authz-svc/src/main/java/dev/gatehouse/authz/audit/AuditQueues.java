package dev.gatehouse.authz.audit;

import dev.gatehouse.events.queue.EventCounters;
import dev.gatehouse.events.queue.EventDestination;
import dev.gatehouse.events.queue.EventQueue;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.ArrayList;
import java.util.List;

/** A queue for each destination of audit events: one that is slow or away keeps no event from the other, and no request waiting. */
final class AuditQueues implements AutoCloseable {
    private final int mostEvents;
    private final long mostBytes;
    private final MeterRegistry meters;
    private final List<EventQueue<AuditEvent>> queues = new ArrayList<>();

    AuditQueues(int mostEvents, long mostBytes, MeterRegistry meters) {
        this.mostEvents = mostEvents;
        this.mostBytes = mostBytes;
        this.meters = meters;
    }

    /** @param name for metrics: {@code log}, {@code kafka} */
    void add(String name, EventDestination<AuditEvent> destination) {
        EventQueue<AuditEvent> queue = EventQueue.start(
                "audit-" + name, mostEvents, mostBytes, AuditEvent::size, destination, new Metered(name, meters));
        Gauge.builder("gatehouse.authz.audit.waiting", queue, EventQueue::waiting)
                .description("Audit events that wait to be written")
                .tag("destination", name)
                .register(meters);
        queues.add(queue);
    }

    void take(AuditEvent event) {
        queues.forEach(queue -> queue.take(event));
    }

    @Override
    public void close() throws InterruptedException {
        for (EventQueue<AuditEvent> queue : queues) {
            queue.close();
        }
    }

    private static final class Metered implements EventCounters {
        private final Counter written;
        private final Counter dropped;
        private final Counter failed;

        private Metered(String destination, MeterRegistry meters) {
            written = counter(meters, destination, "written");
            dropped = counter(meters, destination, "dropped");
            failed = counter(meters, destination, "failed");
        }

        private static Counter counter(MeterRegistry meters, String destination, String outcome) {
            return Counter.builder("gatehouse.authz.audit.events")
                    .description("Audit events, by what became of them")
                    .tag("destination", destination)
                    .tag("outcome", outcome)
                    .register(meters);
        }

        @Override
        public void written(int events) {
            written.increment(events);
        }

        @Override
        public void dropped(int events) {
            dropped.increment(events);
        }

        @Override
        public void failed(int events) {
            failed.increment(events);
        }
    }
}
