package dev.gatehouse.grpcserver;

import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import io.netty.handler.codec.http2.Http2Exception;
import io.quarkus.logging.LoggingFilter;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.logging.Filter;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Pattern;

/**
 * Shortens network libraries' log records about disconnected peers to one line. Otherwise each broken stream is a
 * warning with a stack trace, and a proxy that ends breaks hundreds of streams at once. The first record of a kind is
 * logged without its stack trace. Records of the next ten seconds are counted, and their number is logged.
 *
 * <p>Records of other loggers, and those with another cause, pass as they are. Thread-safe.
 */
@LoggingFilter(name = "peers-gone")
public final class PeersGone implements Filter {
    static final Duration INTERVAL = Duration.ofSeconds(10);

    private static final List<String> LIBRARIES =
            List.of("io.grpc.", "io.netty.", "io.vertx.", "io.quarkus.grpc.", "io.quarkus.vertx.");

    /** The most distinct kinds. The number is bounded, since kinds contain messages of peers. */
    private static final int MAX_KINDS = 64;

    private static final String OTHERS = "others";
    private static final int MAX_CAUSES = 10;
    private static final Pattern NUMBERS = Pattern.compile("\\d+");

    private final Scheduler scheduler;
    private final BiConsumer<Level, String> log;
    private final Map<String, Integer> more = new HashMap<>();

    /** Does something once, later. */
    @FunctionalInterface
    interface Scheduler {
        void after(Duration delay, Runnable task);
    }

    /** Made by Quarkus for its log handlers. */
    public PeersGone() {
        this(
                new Daemon(),
                (level, line) -> Logger.getLogger(PeersGone.class.getName()).log(level, line));
    }

    PeersGone(Scheduler scheduler, BiConsumer<Level, String> log) {
        this.scheduler = scheduler;
        this.log = log;
    }

    @Override
    public boolean isLoggable(LogRecord record) {
        Throwable thrown = record.getThrown();
        if (thrown == null || !isOfLibrary(record.getLoggerName())) {
            return true;
        }
        Optional<String> reason = peerGone(thrown);
        if (reason.isEmpty()) {
            return true;
        }
        String line = record.getMessage() + ": " + reason.get();
        if (!isFirst(record.getLoggerName() + ": " + NUMBERS.matcher(line).replaceAll("#"), record.getLevel())) {
            return false;
        }
        record.setMessage(line);
        record.setParameters(null);
        record.setThrown(null);
        return true;
    }

    private static boolean isOfLibrary(String logger) {
        return logger != null && LIBRARIES.stream().anyMatch(logger::startsWith);
    }

    private boolean isFirst(String kind, Level level) {
        synchronized (more) {
            String counted = more.containsKey(kind) || more.size() < MAX_KINDS ? kind : OTHERS;
            Integer before = more.get(counted);
            more.put(counted, before == null ? 0 : before + 1);
            if (before == null) {
                scheduler.after(INTERVAL, () -> report(counted, level));
            }
            return before == null;
        }
    }

    private void report(String kind, Level level) {
        int count;
        synchronized (more) {
            Integer counted = more.remove(kind);
            count = counted == null ? 0 : counted;
            if (count > 0) {
                // The kind goes on: the next interval begins without a line of its own.
                more.put(kind, 0);
                scheduler.after(INTERVAL, () -> report(kind, level));
            }
        }
        if (count > 0) {
            log.accept(level, count + " more within " + INTERVAL.toSeconds() + " s: " + kind);
        }
    }

    /** Why, if {@code thrown} says that the other side of a connection or stream went away. */
    private static Optional<String> peerGone(Throwable thrown) {
        List<Throwable> causes = new ArrayList<>();
        for (Throwable cause = thrown; cause != null && causes.size() < MAX_CAUSES; cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes.stream()
                .filter(PeersGone::isPeerGone)
                .findFirst()
                .map(cause -> cause.getClass().getSimpleName() + ": " + cause.getMessage());
    }

    private static boolean isPeerGone(Throwable cause) {
        return switch (cause) {
            // Resets, broken pipes, closed channels, and handshakes that were not finished.
            case IOException _ -> true;
            case Http2Exception _ -> true;
            case StatusRuntimeException status -> isPeerGone(status.getStatus());
            case StatusException status -> isPeerGone(status.getStatus());
            default -> cause.getClass().getName().equals("io.vertx.core.http.HttpClosedException");
        };
    }

    private static boolean isPeerGone(Status status) {
        return status.getCode() == Status.Code.CANCELLED || status.getCode() == Status.Code.UNAVAILABLE;
    }

    /** A thread that is there while there is something to count. */
    private static final class Daemon implements Scheduler {
        private final ScheduledThreadPoolExecutor executor;

        Daemon() {
            executor = new ScheduledThreadPoolExecutor(
                    1, Thread.ofPlatform().daemon().name("peers-gone").factory());
            executor.setKeepAliveTime(1, TimeUnit.SECONDS);
            executor.allowCoreThreadTimeOut(true);
        }

        @Override
        public void after(Duration delay, Runnable task) {
            executor.schedule(task, delay.toMillis(), TimeUnit.MILLISECONDS);
        }
    }
}
