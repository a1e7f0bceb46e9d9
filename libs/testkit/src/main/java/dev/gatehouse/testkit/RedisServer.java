package dev.gatehouse.testkit;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A real redis-server on loopback, without persistence. */
public final class RedisServer implements AutoCloseable {
    private static final String END = "+PONG\r\n";

    private final int port;
    private final List<String> command;
    private Process process;

    public RedisServer(int port) {
        this(port, List.of());
    }

    /** @param more options, as of redis-server's command line */
    public RedisServer(int port, List<String> more) {
        this(port, List.of(), more);
    }

    private RedisServer(int port, List<String> before, List<String> more) {
        this.port = port;
        List<String> words = new ArrayList<>(List.of("redis-server"));
        words.addAll(before);
        words.addAll(
                List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"));
        words.addAll(List.of("--dir", System.getProperty("java.io.tmpdir")));
        words.addAll(more);
        this.command = List.copyOf(words);
        this.process = launch();
        awaitAnswer();
    }

    /**
     * A Sentinel, which watches masters and makes another server the master when one is away.
     *
     * @param configuration lines of its configuration, {@code sentinel monitor …} and so on; it writes them anew
     */
    public static RedisServer sentinel(int port, List<String> configuration) throws IOException {
        Path file = Files.createTempFile("sentinel-" + port + "-", ".conf");
        file.toFile().deleteOnExit();
        Files.write(file, configuration);
        return new RedisServer(port, List.of(file.toString()), List.of("--sentinel"));
    }

    private Process launch() {
        try {
            if (!installed()) {
                install();
            }
            return new ProcessBuilder(Leash.hold(command))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException e) {
            throw new IllegalStateException(
                    "redis-server does not start: is it installed? (Debian: apt-get install redis-server)", e);
        }
    }

    private static boolean installed() {
        return Stream.of(Objects.toString(System.getenv("PATH"), "").split(File.pathSeparator, -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "redis-server")));
    }

    /** On Debian, and where it is allowed to: so that the tests pass on a fresh machine. */
    private static void install() throws IOException {
        try {
            int exit = new ProcessBuilder(
                            "sh",
                            "-c",
                            "apt-get -q update && apt-get -q -y --no-install-recommends install redis-server")
                    .inheritIO()
                    .start()
                    .waitFor();
            if (exit != 0) {
                throw new IOException("apt-get could not install redis-server (exit " + exit + ")");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while apt-get installed redis-server", e);
        }
    }

    /** Where it listens. */
    public int port() {
        return port;
    }

    /** Ends it, with all that it holds, and starts it again. */
    public void restart() {
        close();
        process = launch();
        awaitAnswer();
    }

    /** The process stands still, and the connections stay open: a server that hangs. */
    public void signal(String name) throws IOException, InterruptedException {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    /** One inline command's first line of reply. */
    public String ask(String command) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(2_000);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.UTF_8));
            StringBuilder line = new StringBuilder();
            int next = socket.getInputStream().read();
            while (next >= 0 && next != '\r') {
                line.append((char) next);
                next = socket.getInputStream().read();
            }
            return line.toString();
        }
    }

    /** The text lines of one inline command's reply: of a list of names, or of one value. */
    public List<String> all(String command) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(2_000);
            socket.getOutputStream().write((command + "\r\nPING\r\n").getBytes(StandardCharsets.UTF_8));
            StringBuilder reply = new StringBuilder();
            while (reply.indexOf(END) < 0) {
                int next = socket.getInputStream().read();
                if (next < 0) {
                    throw new IOException("redis-server on " + port + " ended the connection");
                }
                reply.append((char) next);
            }
            return reply.toString()
                    .lines()
                    .filter(line -> !line.startsWith("*")
                            && !line.startsWith("$")
                            && !line.equals("+OK")
                            && !END.startsWith(line))
                    .toList();
        }
    }

    /** Whether its replica has all that was written to it. */
    public boolean replicated() throws IOException {
        return replicated("");
    }

    /** As {@link #replicated()}, of a server that wants {@code password}. */
    public boolean replicated(String password) throws IOException {
        List<String> info = all((password.isEmpty() ? "" : "AUTH " + password + "\r\n") + "INFO replication");
        String written = info.stream()
                .filter(line -> line.startsWith("master_repl_offset:"))
                .map(line -> line.substring(line.indexOf(':') + 1))
                .findFirst()
                .orElseThrow();
        return info.stream().anyMatch(line -> line.startsWith("slave0:") && line.contains(",offset=" + written + ","));
    }

    /** A server that never answers is ended: nobody would. */
    private void awaitAnswer() {
        try {
            Await.orSilent(
                    () -> ask("PING").matches("\\+PONG|-NOAUTH.*"),
                    Await.pulse(process),
                    () -> "redis-server on " + port + " answers");
        } catch (AssertionError e) {
            close();
            throw e;
        }
    }

    /** How clients reach it. */
    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
