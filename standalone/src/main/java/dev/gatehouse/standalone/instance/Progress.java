package dev.gatehouse.standalone.instance;

import java.io.PrintWriter;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Shows the present step of a command that takes longer than a second, on standard error. On a terminal it is one
 * changing line, which is erased at the end; elsewhere it is a line at most every ten seconds. Closed before the answer
 * is printed. Thread-safe.
 */
public final class Progress implements AutoCloseable {
    private static final Duration BEFORE_FIRST = Duration.ofSeconds(1);
    private static final Duration EVERY = Duration.ofMillis(200);
    private static final Duration EVERY_LINE = Duration.ofSeconds(10);

    private final PrintWriter err;
    private final boolean terminal;
    private final Thread teller;
    private volatile @Nullable String step;

    private Progress(PrintWriter err, boolean terminal) {
        this.err = err;
        this.terminal = terminal;
        teller = Thread.ofVirtual().name("progress").start(this::tell);
    }

    /** Of a command. */
    public static Progress of(CommandSpec spec) {
        return new Progress(
                spec.commandLine().getErr(),
                System.console() != null && System.console().isTerminal());
    }

    /** Sets the present step, such as "asking waf-svc-1". */
    public void step(String what) {
        step = what;
    }

    private void tell() {
        String told = "";
        try {
            Thread.sleep(BEFORE_FIRST);
            while (true) {
                String now = step;
                if (now != null && !now.equals(told)) {
                    told = now;
                    err.print(terminal ? "\r\u001b[K" + now + " …" : "gatehouse: " + now + System.lineSeparator());
                    err.flush();
                }
                Thread.sleep(terminal ? EVERY : EVERY_LINE);
            }
        } catch (InterruptedException e) {
            if (terminal && !told.isEmpty()) {
                err.print("\r\u001b[K");
                err.flush();
            }
        }
    }

    @Override
    public void close() {
        teller.interrupt();
        try {
            teller.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
