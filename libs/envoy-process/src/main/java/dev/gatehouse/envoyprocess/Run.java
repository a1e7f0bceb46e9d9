package dev.gatehouse.envoyprocess;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * One run of the Envoy binary, under a shell that ends Envoy with the JVM. The shell's standard input is a pipe from
 * the JVM. When the JVM ends for any reason, the shell reads the pipe's end and ends Envoy. This needs no special right
 * and no system call that Java lacks.
 *
 * <p>{@code setsid} (util-linux, busybox) puts all of it into a session of its own, so that a signal to the terminal's
 * process group does not reach Envoy; where there is none (macOS) the shell's job control does the same for Envoy.
 */
final class Run {
    // Arguments: a file for the process id, then the command.
    private static final String LEASH = """
            trap '' INT HUP
            pid_file=$1
            shift
            exec 3<&0 </dev/null
            command -v setsid >/dev/null 2>&1 || set -m
            "$@" 3<&- &
            envoy=$!
            trap 'kill -TERM $envoy' TERM
            echo "$envoy" >"$pid_file.new" && mv "$pid_file.new" "$pid_file"
            (
              read -r _ <&3
              kill -TERM $envoy
              sleep 2
              kill -KILL $envoy
            ) >/dev/null 2>&1 &
            leash=$!
            exec 3<&-
            wait $envoy
            status=$?
            while kill -0 $envoy 2>/dev/null; do
              wait $envoy
              status=$?
            done
            kill -KILL $leash 2>/dev/null
            exit $status
            """;

    private static final String NO_HOT_RESTART = "--disable-hot-restart";

    private final Process shell;
    private final Path folder;

    private Run(Process shell, Path folder) {
        this.shell = shell;
        this.folder = folder;
    }

    static Run start(EnvoyBinary binary, EnvoyLaunch launch) throws IOException {
        Path folder = Files.createTempDirectory("gatehouse-envoy-");
        try {
            String text = launch.bootstrap().apply(folder);
            Path bootstrap = Files.writeString(
                    folder.resolve(text.stripLeading().startsWith("{") ? "bootstrap.json" : "bootstrap.yaml"), text);
            EnvoyArguments arguments = launch.arguments();
            List<String> command = new ArrayList<>();
            setsid().ifPresent(command::add);
            command.addAll(List.of(
                    "/bin/sh",
                    "-c",
                    LEASH,
                    "envoy-leash",
                    pidFile(folder).toString(),
                    binary.path().toString(),
                    "--config-path",
                    bootstrap.toString(),
                    "--admin-address-path",
                    adminFile(folder).toString(),
                    "--log-level",
                    arguments.logLevel(),
                    "--component-log-level",
                    arguments.componentLogLevels(),
                    "--drain-strategy",
                    "immediate",
                    "--drain-time-s",
                    Long.toString(Math.max(1, arguments.drainTime().toSeconds()))));
            if (arguments.concurrency() > 0) {
                command.addAll(List.of("--concurrency", Integer.toString(arguments.concurrency())));
            }
            // Hot restart is not used; without it Envoys share nothing and need no base id. Envoy refuses a flag that
            // is there twice.
            if (!arguments.extra().contains(NO_HOT_RESTART)) {
                command.add(NO_HOT_RESTART);
            }
            command.addAll(arguments.extra());
            return new Run(new ProcessBuilder(command).redirectErrorStream(true).start(), folder);
        } catch (IOException e) {
            delete(folder);
            throw e;
        } catch (IllegalArgumentException e) {
            delete(folder);
            throw new IOException(e.getMessage(), e);
        }
    }

    InputStream output() {
        return shell.getInputStream();
    }

    boolean alive() {
        return shell.isAlive();
    }

    int waitFor() throws InterruptedException {
        return shell.waitFor();
    }

    void waitFor(Duration limit) throws InterruptedException {
        shell.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Process id and admin address; empty until Envoy has opened its admin page. */
    Optional<EnvoyState.Live> live() {
        try {
            Path file = adminFile(folder);
            Optional<ProcessHandle> envoy = envoy();
            if (envoy.isEmpty() || !Files.exists(file)) {
                return Optional.empty();
            }
            String address = Files.readString(file).strip();
            return Optional.of(new EnvoyState.Live(envoy.get().pid(), socketAddress(address)));
        } catch (IOException | IllegalArgumentException e) {
            // Written at this moment: the next look finds all of it.
            return Optional.empty();
        }
    }

    /** A path, or an IP address and port. */
    private static SocketAddress socketAddress(String text) {
        if (text.startsWith("/")) {
            return UnixDomainSocketAddress.of(text);
        }
        int colon = text.lastIndexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("\"" + text + "\" has no port");
        }
        return new InetSocketAddress(
                InetAddress.ofLiteral(text.substring(0, colon)), Integer.parseInt(text.substring(colon + 1)));
    }

    /** SIGTERM to Envoy; SIGKILL when it is still there after {@code limit}. Blocks until it ended. */
    void stop(Duration limit) {
        shell.destroy();
        try {
            if (!shell.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                kill();
                shell.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            kill();
            Thread.currentThread().interrupt();
        }
    }

    void kill() {
        envoy().ifPresent(ProcessHandle::destroyForcibly);
        shell.destroyForcibly();
    }

    /** After the end: the shell may have been killed by someone else, and then Envoy has to go too. */
    void cleanUp() {
        kill();
        try {
            delete(folder);
        } catch (IOException e) {
            // A temporary folder that stays behind harms nothing.
        }
    }

    private Optional<ProcessHandle> envoy() {
        try {
            Path file = pidFile(folder);
            if (!Files.exists(file)) {
                return Optional.empty();
            }
            // Another process may have the number by now, so the process must be a child of the shell or an orphan of
            // it.
            return ProcessHandle.of(Long.parseLong(Files.readString(file).strip()))
                    .filter(handle -> handle.info().startInstant().isEmpty()
                            || shell.info().startInstant().isEmpty()
                            || !handle.info()
                                    .startInstant()
                                    .get()
                                    .isBefore(shell.info().startInstant().get()));
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private static Path pidFile(Path folder) {
        return folder.resolve("envoy.pid");
    }

    private static Path adminFile(Path folder) {
        return folder.resolve("admin.address");
    }

    private static Optional<String> setsid() {
        return Stream.of("/usr/bin/setsid", "/bin/setsid")
                .filter(file -> Files.isExecutable(Path.of(file)))
                .findFirst();
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
