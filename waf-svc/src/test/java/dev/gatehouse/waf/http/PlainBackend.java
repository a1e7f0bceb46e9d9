package dev.gatehouse.waf.http;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers each request with what it read of it. {@code /page/N} answers with N bytes of HTML, {@code /chunks/N} in chunks, {@code /file/N} of a type that is not
 * looked at, {@code /leak/N} with N bytes of HTML and an error of a database at the end; a request for an upgrade gets one, and its
 * bytes back.
 */
public final class PlainBackend implements AutoCloseable {
    private final ServerSocket server;
    private final AtomicInteger requests = new AtomicInteger();

    private PlainBackend(ServerSocket server) {
        this.server = server;
    }

    public static PlainBackend start() throws IOException {
        PlainBackend backend = new PlainBackend(new ServerSocket(0, 100, InetAddress.getLoopbackAddress()));
        Thread.ofVirtual().start(backend::accept);
        return backend;
    }

    public int port() {
        return server.getLocalPort();
    }

    /** How many requests it has read the head of. */
    public int requests() {
        return requests.get();
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
            OutputStream out = socket.getOutputStream();
            while (answer(in, out)) {
                out.flush();
            }
        } catch (IOException e) {
            // The proxy has ended the connection.
        }
    }

    private boolean answer(InputStream in, OutputStream out) throws IOException {
        String line = WireText.line(in);
        if (line.isEmpty()) {
            return false;
        }
        requests.incrementAndGet();
        List<String> headers = new ArrayList<>();
        for (String header = WireText.line(in); !header.isEmpty(); header = WireText.line(in)) {
            headers.add(header.toLowerCase(Locale.ROOT));
        }
        if (headers.stream().anyMatch(header -> header.startsWith("upgrade:"))) {
            write(out, "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n");
            in.transferTo(out);
            return false;
        }
        WireText.Body body = WireText.body(headers, in);
        String[] path = line.split(" ")[1].split("[/?]");
        int size = path.length > 2 && path[2].matches("\\d+") ? Integer.parseInt(path[2]) : 0;
        String kind = path.length > 1 ? path[1] : "";
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        String type = "text/html";
        switch (kind) {
            case "page", "chunks" -> content.write("p".repeat(size).getBytes(StandardCharsets.UTF_8));
            case "leak" -> content.write(("l".repeat(size) + "ORA-00942").getBytes(StandardCharsets.UTF_8));
            case "file" -> {
                type = "application/octet-stream";
                content.write(("f".repeat(size) + "ORA-00942").getBytes(StandardCharsets.UTF_8));
            }
            default -> {
                type = "application/x-seen";
                content.write(("bytes=" + body.bytes().length + " trailers=" + body.trailers() + " last="
                                + (body.bytes().length == 0 ? -1 : body.bytes()[body.bytes().length - 1]))
                        .getBytes(StandardCharsets.UTF_8));
            }
        }
        if (kind.equals("chunks")) {
            write(out, "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ntransfer-encoding: chunked\r\n\r\n");
            String whole = content.toString(StandardCharsets.ISO_8859_1);
            for (int from = 0; from < whole.length(); from += 10_000) {
                String part = whole.substring(from, Math.min(from + 10_000, whole.length()));
                write(out, Integer.toHexString(part.length()) + "\r\n" + part + "\r\n");
            }
            write(out, "0\r\n\r\n");
            return true;
        }
        write(out, "HTTP/1.1 200 OK\r\ncontent-type: " + type + "\r\ncontent-length: " + content.size() + "\r\n\r\n");
        if (!line.startsWith("HEAD ")) {
            content.writeTo(out);
        }
        return true;
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
