package dev.gatehouse.standalone.run;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Singleton;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.jboss.logmanager.ExtLogRecord;

/**
 * The last lines that the services and the Envoys of the instance logged, for 'gatehouse logs': {@value #MOST} of them, each at most {@value
 * #LONGEST} characters. Older ones are forgotten. Thread-safe.
 */
@Singleton
final class RecentLines {
    /** The source of the services' lines; an Envoy's is its Gateway. */
    static final String SERVICES = "";

    private static final int MOST = 5000;
    private static final int LONGEST = 8192;

    private record Line(long number, Instant at, String source, String text) {}

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Deque<Line> lines = new ArrayDeque<>();
    private long last;

    private final Handler handler = new Handler() {
        @Override
        public void publish(LogRecord record) {
            add(
                    SERVICES,
                    record.getLevel().getName() + " [" + record.getLoggerName() + "] "
                            + ExtLogRecord.wrap(record).getFormattedMessage()
                            + (record.getThrown() == null ? "" : ": " + record.getThrown()));
        }

        @Override
        public void flush() {
            // Nothing waits.
        }

        @Override
        public void close() {
            // Nothing is held.
        }
    };

    void start(@Observes StartupEvent event) {
        Logger.getLogger("").addHandler(handler);
    }

    void stop(@Observes ShutdownEvent event) {
        Logger.getLogger("").removeHandler(handler);
    }

    void add(String source, String text) {
        lock.lock();
        try {
            lines.addLast(new Line(
                    ++last, Instant.now(), source, text.length() > LONGEST ? text.substring(0, LONGEST) + "…" : text));
            if (lines.size() > MOST) {
                lines.removeFirst();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * The lines of a source that came after line {@code number}, with the number of the last line.
     *
     * @param number 0: all that are kept
     */
    JsonObject after(long number, String source) {
        lock.lock();
        try {
            JsonArray found = new JsonArray();
            for (Line line : lines) {
                if (line.number() > number && line.source().equals(source)) {
                    found.add(new JsonObject().put("at", line.at().toString()).put("text", line.text()));
                }
            }
            return new JsonObject().put("last", last).put("lines", found);
        } finally {
            lock.unlock();
        }
    }
}
