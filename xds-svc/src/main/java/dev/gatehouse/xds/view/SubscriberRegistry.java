package dev.gatehouse.xds.view;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Keeps the view: a stream registers when its subscriber is known and leaves when it ends. Thread-safe. */
public final class SubscriberRegistry implements XdsView {
    private final Map<Object, Supplier<Subscriber>> streams = new ConcurrentHashMap<>();

    /** @param state called from any thread */
    public void join(Object stream, Supplier<Subscriber> state) {
        streams.put(stream, state);
    }

    public void leave(Object stream) {
        streams.remove(stream);
    }

    @Override
    public List<Subscriber> subscribers() {
        return streams.values().stream()
                .map(Supplier::get)
                .sorted(Comparator.comparing(Subscriber::fleet).thenComparing(Subscriber::nodeId))
                .toList();
    }
}
