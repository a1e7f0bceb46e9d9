package dev.gatehouse.standalone.process;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/** One request after another until it is closed. */
public final class SteadyTraffic implements AutoCloseable {
    private final Callable<Integer> request;
    private final AtomicLong sent = new AtomicLong();
    private final ConcurrentLinkedQueue<String> failed = new ConcurrentLinkedQueue<>();
    private final Thread thread;
    private volatile boolean stopped;

    private SteadyTraffic(Callable<Integer> request) {
        this.request = request;
        this.thread = Thread.ofVirtual().name("steady traffic").start(this::run);
    }

    /** @param request answers with the status; any but 200 has failed */
    public static SteadyTraffic of(Callable<Integer> request) {
        return new SteadyTraffic(request);
    }

    private void run() {
        while (!stopped) {
            try {
                int status = request.call();
                if (status != 200) {
                    failed.add("status " + status);
                }
            } catch (Exception e) {
                failed.add(e.toString());
            }
            sent.incrementAndGet();
        }
    }

    public long sent() {
        return sent.get();
    }

    /** What went wrong up to now. */
    public List<String> failed() {
        return List.copyOf(failed);
    }

    /** Waits for the request under way. */
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
