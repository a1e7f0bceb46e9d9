package dev.gatehouse.controller.infrastructure;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A backend of HTTP/1.1 that keeps requests as they came over the wire, and answers each with the same bytes. */
final class RawBackend implements AutoCloseable {
    private final ServerSocket server;
    private final String answer;
    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connections = new AtomicInteger();

    private RawBackend(ServerSocket server, String answer) {
        this.server = server;
        this.answer = answer;
    }

    /** @param answer ends with the end of the message */
    static RawBackend start(String answer) throws IOException {
        RawBackend backend = new RawBackend(new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1")), answer);
        Thread.ofVirtual().start(backend::accept);
        return backend;
    }

    int port() {
        return server.getLocalPort();
    }

    /** Each with its body and trailers. */
    Queue<String> requests() {
        return requests;
    }

    /** How many there have been. */
    int connections() {
        return connections.get();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = socket.getInputStream();
            while (true) {
                String request = request(in);
                if (request.isEmpty()) {
                    return;
                }
                requests.add(request);
                socket.getOutputStream().write(answer.getBytes(StandardCharsets.ISO_8859_1));
                socket.getOutputStream().flush();
            }
        } catch (IOException e) {
            // The proxy has gone.
        }
    }

    /** A message without a body, or a chunked one with its trailers. */
    private static String request(InputStream in) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        while (true) {
            int next = in.read();
            if (next < 0) {
                return "";
            }
            read.write(next);
            String text = read.toString(StandardCharsets.ISO_8859_1);
            if (text.endsWith("\r\n\r\n")
                    && (!text.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked")
                            || text.contains("\r\n0\r\n"))) {
                return text;
            }
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
