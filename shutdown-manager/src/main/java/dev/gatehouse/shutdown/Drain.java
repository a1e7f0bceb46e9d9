package dev.gatehouse.shutdown;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The drain of an Envoy. Health checks fail and connections close as their requests end. When no connection is left, or
 * the time is over, a file is written. The drain continues if the admin page does not answer, since Envoy may be gone
 * or busy.
 */
final class Drain {
    private static final Duration LOOK = Duration.ofSeconds(1);

    private final AdminPage admin;
    private final DrainOptions options;
    private final Path ready;
    private final Consumer<String> log;

    /** @param ready the file that is written at the end */
    Drain(AdminPage admin, DrainOptions options, Path ready, Consumer<String> log) {
        this.admin = admin;
        this.options = options;
        this.ready = ready;
        this.log = log;
    }

    void run() throws IOException, InterruptedException {
        long start = System.nanoTime();
        log.accept("begins, for " + options.minDrainDuration() + " to " + options.drainTimeout());
        boolean failed = options.healthCheckFailureDelay().isZero();
        attempt(failed ? admin::failHealthChecks : admin::drainListeners);
        while (true) {
            Duration passed = Duration.ofNanos(System.nanoTime() - start);
            if (!failed && passed.compareTo(options.healthCheckFailureDelay()) >= 0) {
                attempt(admin::failHealthChecks);
                failed = true;
            }
            if (passed.compareTo(options.drainTimeout()) > 0) {
                log.accept("the time is over");
                break;
            }
            if (passed.compareTo(options.minDrainDuration()) > 0 && quiet()) {
                log.accept("done");
                break;
            }
            Thread.sleep(LOOK);
        }
        Files.writeString(ready, "");
    }

    private boolean quiet() {
        try {
            long connections = admin.connections();
            log.accept(connections + " connections are open");
            return connections <= options.exitAtConnections();
        } catch (IOException e) {
            log.accept("Envoy does not say how many connections are open: " + e);
            return false;
        }
    }

    @FunctionalInterface
    private interface Call {
        void run() throws IOException;
    }

    private void attempt(Call call) {
        try {
            call.run();
        } catch (IOException e) {
            log.accept("Envoy cannot be told: " + e);
        }
    }
}
