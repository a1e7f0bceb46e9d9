package dev.gatehouse.envoyprocess;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs a command that ends by itself, and keeps the first part of what it prints. */
final class Command {
    private static final int KEPT_BYTES = 64 * 1024;

    private Command() {}

    /** What a command printed, standard error with standard output, and its exit code. */
    record Result(int exit, String output) {}

    /** Blocks; a command that takes longer than {@code limit} is killed and is an {@link IOException}. */
    static Result run(List<String> command, Duration limit) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            process.getOutputStream().close();
            // Killing it ends the read below too, whatever the command does with its output.
            Thread limiter = Thread.ofVirtual().start(() -> killAfter(process, limit));
            String output;
            try (InputStream in = process.getInputStream()) {
                output = new String(in.readNBytes(KEPT_BYTES), StandardCharsets.UTF_8);
                in.transferTo(java.io.OutputStream.nullOutputStream());
            }
            int exit = process.waitFor();
            limiter.interrupt();
            return new Result(exit, output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while " + command.getFirst() + " ran", e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void killAfter(Process process, Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    static String firstLine(String output) {
        return output.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .findFirst()
                .orElse("nothing");
    }

    static String lastLine(String output) {
        return output.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .reduce((first, second) -> second)
                .orElse("nothing");
    }
}
