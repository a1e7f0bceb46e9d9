package dev.gatehouse.shutdown;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/**
 * Answers {@code /healthz}, and {@code /shutdown/ready} as soon as the drain is over: Envoy's own preStop hook, which keeps
 * Kubernetes from ending it before. Changes nothing, whoever calls.
 */
final class ReadyServer implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(200);

    private final HttpServer server;
    private final CountDownLatch closed = new CountDownLatch(1);

    private ReadyServer(HttpServer server) {
        this.server = server;
    }

    /** @param ready the file that the drain writes at its end */
    static ReadyServer start(InetSocketAddress address, Path ready, Duration timeout, Consumer<String> log)
            throws IOException {
        HttpServer server = HttpServer.create(address, 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/healthz", exchange -> answer(exchange, 200));
        server.createContext("/shutdown/ready", exchange -> {
            log.accept("the end of Envoy waits for the drain");
            answer(exchange, await(ready, timeout) ? 200 : 500);
        });
        server.start();
        return new ReadyServer(server);
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Waits until it is closed. */
    void join() throws InterruptedException {
        closed.await();
    }

    /** Takes no more requests; those under way get two seconds. */
    @Override
    public void close() {
        server.stop(2);
        closed.countDown();
    }

    private static boolean await(Path ready, Duration timeout) {
        long end = System.nanoTime() + timeout.toNanos();
        while (!Files.exists(ready)) {
            if (System.nanoTime() - end > 0) {
                return false;
            }
            try {
                Thread.sleep(LOOK);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    private static void answer(HttpExchange exchange, int status) throws IOException {
        try (exchange) {
            exchange.sendResponseHeaders(status, -1);
        }
    }
}
