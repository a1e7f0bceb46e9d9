package dev.gatehouse.testkit;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** A real redis-server on loopback, without persistence. */
public final class RedisServer implements AutoCloseable {
    private final int port;
    private Process process;

    public RedisServer(int port) {
        this.port = port;
        this.process = launch(port);
        awaitAnswer();
    }

    private static Process launch(int port) {
        try {
            if (!installed()) {
                install();
            }
            return new ProcessBuilder(Leash.hold(List.of(
                            "redis-server",
                            "--port",
                            Integer.toString(port),
                            "--bind",
                            "127.0.0.1",
                            "--save",
                            "",
                            "--appendonly",
                            "no",
                            "--dir",
                            System.getProperty("java.io.tmpdir"))))
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

    /** Ends it, with all that it holds, and starts it again. */
    public void restart() {
        close();
        process = launch(port);
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
            socket.getOutputStream().write((command + "\r\nQUIT\r\n").getBytes(StandardCharsets.UTF_8));
            String reply = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            return reply.lines()
                    .filter(line -> !line.startsWith("*") && !line.startsWith("$") && !line.equals("+OK"))
                    .toList();
        }
    }

    /** A server that never answers is ended: nobody would. */
    private void awaitAnswer() {
        try {
            Await.orSilent(
                    () -> ask("PING").equals("+PONG"),
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
