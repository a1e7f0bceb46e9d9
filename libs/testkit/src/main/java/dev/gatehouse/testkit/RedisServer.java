package dev.gatehouse.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

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
        ProcessBuilder redis = new ProcessBuilder(List.of(
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
                        System.getProperty("java.io.tmpdir")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD);
        try {
            return redis.start();
        } catch (IOException absent) {
            try {
                install();
                return redis.start();
            } catch (IOException e) {
                e.addSuppressed(absent);
                throw new IllegalStateException(
                        "redis-server does not start: is it installed? (Debian: apt-get install redis-server)", e);
            }
        }
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

    private void awaitAnswer() {
        Await.until(
                () -> ask("PING").equals("+PONG"),
                Duration.ofSeconds(10),
                () -> "redis-server on " + port + " answers");
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
