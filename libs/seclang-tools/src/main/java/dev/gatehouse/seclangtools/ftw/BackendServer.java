package dev.gatehouse.seclangtools.ftw;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The backend of the tests behind a port of loopback: for a proxy with a WAF before it. */
public final class BackendServer implements AutoCloseable {
    private final ServerSocket server;
    private final Backend backend = new Backend();

    private BackendServer(ServerSocket server) {
        this.server = server;
    }

    /** Serves until it is closed. */
    public static BackendServer start() throws IOException {
        BackendServer backend = new BackendServer(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()));
        Thread.ofVirtual().name("ftw-backend").start(backend::accept);
        return backend;
    }

    public int port() {
        return server.getLocalPort();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            Bytes request = request(in);
            while (request.length() > 0) {
                write(socket.getOutputStream(), request);
                request = request(in);
            }
        } catch (IOException e) {
            // The proxy has ended the connection.
        }
    }

    private void write(OutputStream out, Bytes request) throws IOException {
        WireMessage message = WireMessage.read(request);
        Backend.Answer answer;
        synchronized (backend) {
            answer = backend.answer(message);
        }
        BytesBuilder text = new BytesBuilder(256).append("HTTP/1.1 " + answer.status() + " Answer\r\n");
        answer.headers().forEach(header -> text.append(Bytes.utf8(header.name() + ": " + header.value() + "\r\n")));
        text.append("\r\n");
        if (!message.method().toString().equals("HEAD")) {
            text.append(answer.body());
        }
        out.write(text.build().toArray());
        out.flush();
    }

    /** The bytes of one request; none at the end of the connection. */
    private static Bytes request(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        long length = 0;
        boolean chunked = false;
        for (String line = line(in, bytes); !line.isEmpty(); line = line(in, bytes)) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Long.parseLong(lower.substring(15).strip());
            }
            chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
        }
        if (chunked) {
            int size = Integer.parseInt(line(in, bytes).strip(), 16);
            while (size > 0) {
                bytes.write(in.readNBytes(size));
                line(in, bytes);
                size = Integer.parseInt(line(in, bytes).strip(), 16);
            }
            String trailer = line(in, bytes);
            while (!trailer.isEmpty()) {
                trailer = line(in, bytes);
            }
        } else {
            bytes.write(in.readNBytes((int) length));
        }
        return Bytes.of(bytes.toByteArray());
    }

    private static String line(InputStream in, ByteArrayOutputStream bytes) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next = in.read();
        while (next >= 0) {
            bytes.write(next);
            if (next == '\n') {
                break;
            }
            line.write(next);
            next = in.read();
        }
        return line.toString(StandardCharsets.ISO_8859_1).stripTrailing();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
