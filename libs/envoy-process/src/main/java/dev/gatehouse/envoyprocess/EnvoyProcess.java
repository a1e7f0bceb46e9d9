package dev.gatehouse.envoyprocess;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * One Envoy, kept running: a crash is logged and it is started again after a growing pause, until {@link #drain} or {@link
 * #close} ends it for good.
 *
 * <p>The child runs in a session of its own, so that Ctrl-C in the terminal reaches only the JVM, which then drains it; and
 * it is ended when the JVM goes away, even by SIGKILL (see {@link Run}). All methods may be called from any thread.
 */
public final class EnvoyProcess implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration DRAIN_POLL = Duration.ofMillis(100);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(5);

    private final EnvoyBinary binary;
    private final EnvoyLaunch launch;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by lock.
    private EnvoyState state = new EnvoyState.Starting(1);
    private boolean stopping;
    private @Nullable Run run;

    private volatile String lastLine = "";

    private EnvoyProcess(EnvoyBinary binary, EnvoyLaunch launch) {
        this.binary = binary;
        this.launch = launch;
    }

    /** Starts an Envoy and returns at once; {@link #awaitReady} waits for it. */
    public static EnvoyProcess start(EnvoyBinary binary, EnvoyLaunch launch) {
        EnvoyProcess process = new EnvoyProcess(binary, launch);
        Thread.ofVirtual().name("envoy " + launch.name()).start(process::supervise);
        return process;
    }

    public String name() {
        return launch.name();
    }

    public EnvoyState state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    /** The admin page of the running Envoy; empty while there is none. A restart changes its address. */
    public Optional<EnvoyAdmin> admin() {
        return state().adminAddress().map(EnvoyAdmin::new);
    }

    /** Waits until Envoy has its configuration; false when the time is up or it was stopped. */
    public boolean awaitReady(Duration limit) throws InterruptedException {
        return await(EnvoyState.Ready.class::isInstance, limit);
    }

    /** Waits for a state; false when the time is up, or it was stopped and so will not come. */
    public boolean await(Predicate<EnvoyState> wanted, Duration limit) throws InterruptedException {
        long left = limit.toNanos();
        lock.lock();
        try {
            while (!wanted.test(state)) {
                if (left <= 0 || state instanceof EnvoyState.Stopped) {
                    return false;
                }
                left = changed.awaitNanos(left);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Stops without cutting off requests: fails the health check, tells clients to go (Connection: close, GOAWAY), waits until
     * no request is under way, at most {@code limit}, and ends the process. Blocks until it ended.
     */
    public void drain(Duration limit) throws InterruptedException {
        Optional<EnvoyAdmin> admin = admin();
        lock.lock();
        try {
            stopping = true;
            switch (state) {
                case EnvoyState.Live live -> become(new EnvoyState.Draining(live.pid(), live.admin()));
                case EnvoyState.Ready ready -> become(new EnvoyState.Draining(ready.pid(), ready.admin()));
                case EnvoyState.Starting _, EnvoyState.Crashed _, EnvoyState.Draining _, EnvoyState.Stopped _ ->
                    changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (admin.isPresent()) {
            awaitQuiet(admin.get(), limit);
        }
        close();
    }

    private void awaitQuiet(EnvoyAdmin admin, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            admin.startDraining();
            // Once more after a pause: a client may have sent a request just before it was told to go.
            int quiet = 0;
            while (quiet < 3 && System.nanoTime() < deadline) {
                EnvoyAdmin.Activity activity = admin.activity();
                quiet = activity.quiet() ? quiet + 1 : 0;
                if (activity.connections() == 0) {
                    return;
                }
                if (await(EnvoyState.Stopped.class::isInstance, DRAIN_POLL)) {
                    return;
                }
            }
        } catch (IOException e) {
            launch.log().accept("cannot drain: " + e.getMessage());
        }
    }

    /** Stops at once: SIGTERM, and SIGKILL if that is not enough. Blocks until the process ended. */
    @Override
    public void close() {
        Run current;
        lock.lock();
        try {
            stopping = true;
            changed.signalAll();
            current = run;
        } finally {
            lock.unlock();
        }
        if (current != null) {
            current.stop(ENDS_WITHIN);
        }
        try {
            await(EnvoyState.Stopped.class::isInstance, ENDS_WITHIN);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void supervise() {
        Duration pause = Duration.ZERO;
        try {
            for (int attempt = 1; begin(attempt); attempt++) {
                long started = System.nanoTime();
                int exit = runOnce();
                pause = launch.backoff().afterCrash(pause, Duration.ofNanos(System.nanoTime() - started));
                if (!crashed(exit, pause)) {
                    break;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            set(new EnvoyState.Stopped());
        }
    }

    private boolean begin(int attempt) {
        lock.lock();
        try {
            if (!stopping) {
                become(new EnvoyState.Starting(attempt));
            }
            return !stopping;
        } finally {
            lock.unlock();
        }
    }

    /** Runs Envoy once; answers its exit code, 127 when it could not be started. */
    private int runOnce() throws InterruptedException {
        lastLine = "";
        Run current;
        try {
            current = Run.start(binary, launch);
        } catch (IOException e) {
            lastLine = e.toString();
            return 127;
        }
        try {
            lock.lock();
            try {
                run = current;
                if (stopping) {
                    current.kill();
                }
            } finally {
                lock.unlock();
            }
            Thread reader =
                    Thread.ofVirtual().name("envoy log " + launch.name()).start(() -> log(current));
            watchStart(current);
            int exit = current.waitFor();
            reader.join();
            return exit;
        } finally {
            lock.lock();
            try {
                run = null;
            } finally {
                lock.unlock();
            }
            current.cleanUp();
        }
    }

    private void watchStart(Run current) throws InterruptedException {
        while (current.alive()) {
            Optional<EnvoyState.Live> live = current.live();
            if (live.isPresent()) {
                progress(live.get());
                EnvoyAdmin admin = new EnvoyAdmin(live.get().admin());
                while (current.alive()) {
                    if (admin.ready()) {
                        progress(new EnvoyState.Ready(
                                live.get().pid(), live.get().admin()));
                        return;
                    }
                    current.waitFor(POLL);
                }
            }
            current.waitFor(POLL);
        }
    }

    private void log(Run current) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(current.output(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                lastLine = line;
                launch.log().accept(line);
            }
        } catch (IOException e) {
            // The JDK closes the stream of a process that ended; what else is lost is only log.
            if (!(state() instanceof EnvoyState.Draining) && !(state() instanceof EnvoyState.Stopped)) {
                launch.log().accept("log of Envoy cut off: " + e.getMessage());
            }
        }
    }

    /** A step of the start; passed over when it is being stopped already. */
    private void progress(EnvoyState next) {
        lock.lock();
        try {
            if (!stopping) {
                become(next);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Waits before the restart; false when it shall not start again. */
    private boolean crashed(int exit, Duration pause) throws InterruptedException {
        lock.lock();
        try {
            if (stopping) {
                return false;
            }
            become(new EnvoyState.Crashed(exit, lastLine, pause));
            launch.log().accept("Envoy ended with exit code " + exit + "; starts again in " + pause.toMillis() + " ms");
            long left = pause.toNanos();
            while (left > 0 && !stopping) {
                left = changed.awaitNanos(left);
            }
            return !stopping;
        } finally {
            lock.unlock();
        }
    }

    private void set(EnvoyState next) {
        lock.lock();
        try {
            become(next);
        } finally {
            lock.unlock();
        }
    }

    /** With the lock held. */
    private void become(EnvoyState next) {
        state = next;
        changed.signalAll();
        launch.onState().accept(next);
    }
}
