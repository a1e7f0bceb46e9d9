package dev.gatehouse.console;

import dev.gatehouse.console.model.RefusedRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The last {@value #KEPT} requests of each kind that proxies refused: a flood of limited requests leaves those in place that the WAF blocked.
 * Thread-safe.
 */
public final class RefusedRequests {
    static final int KEPT = 100;

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Map<RefusedRequest.Kind, Deque<RefusedRequest>> last = new EnumMap<>(RefusedRequest.Kind.class);

    /** Takes note of a request; the oldest of its kind is forgotten for it. */
    public void add(RefusedRequest request) {
        lock.lock();
        try {
            Deque<RefusedRequest> ofKind = last.computeIfAbsent(request.kind(), _ -> new ArrayDeque<>());
            if (ofKind.size() == KEPT) {
                ofKind.removeLast();
            }
            ofKind.addFirst(request);
        } finally {
            lock.unlock();
        }
    }

    /** The refused requests of {@code kinds}, the latest first. */
    public List<RefusedRequest> latest(Iterable<RefusedRequest.Kind> kinds) {
        List<RefusedRequest> all = new ArrayList<>();
        lock.lock();
        try {
            kinds.forEach(kind -> all.addAll(last.getOrDefault(kind, new ArrayDeque<>())));
        } finally {
            lock.unlock();
        }
        all.sort(Comparator.comparing(RefusedRequest::at).reversed());
        return all;
    }
}
