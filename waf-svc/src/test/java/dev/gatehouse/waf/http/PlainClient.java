package dev.gatehouse.waf.http;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** One connection, on which is written what is given, and read what comes. */
public final class PlainClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 20_000;

    /**
     * @param headers in small letters
     */
    public record Answer(int status, List<String> headers, String body) {}

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    public PlainClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
        out = socket.getOutputStream();
    }

    /** One request on a connection of its own, written as it is, and its answer. */
    public static Answer send(int port, String text) throws IOException {
        try (PlainClient client = new PlainClient(port)) {
            client.write(text);
            return client.read(!text.startsWith("HEAD "));
        }
    }

    /** A form. */
    public static Answer post(int port, String path, String body) throws IOException {
        return send(
                port,
                "POST " + path
                        + " HTTP/1.1\r\nHost: shop.example\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                        + "Content-Length: " + body.length() + "\r\n\r\n" + body);
    }

    public static Answer get(int port, String path) throws IOException {
        return send(port, "GET " + path + " HTTP/1.1\r\nHost: shop.example\r\n\r\n");
    }

    /** A form in chunks, with trailers if there are any. */
    public static Answer chunked(int port, String path, int chunk, String body, String trailers) throws IOException {
        StringBuilder text = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: shop.example\r\n"
                + "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n");
        for (int from = 0; from < body.length(); from += chunk) {
            String part = body.substring(from, Math.min(from + chunk, body.length()));
            text.append(Integer.toHexString(part.length()))
                    .append("\r\n")
                    .append(part)
                    .append("\r\n");
        }
        return send(port, text.append("0\r\n").append(trailers).append("\r\n").toString());
    }

    public void write(String text) throws IOException {
        try {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
        } catch (IOException e) {
            // A server may answer before it has read all, and close: the answer is there to be read.
        }
    }

    /** A final answer: not 100. */
    public Answer read(boolean hasBody) throws IOException {
        Answer answer = readAny(hasBody);
        return answer.status() == 100 ? readAny(hasBody) : answer;
    }

    /** The next answer, whatever it is. */
    public Answer readAny(boolean hasBody) throws IOException {
        String line = WireText.line(in);
        if (line.isEmpty()) {
            throw new IOException("the connection was closed");
        }
        List<String> headers = new ArrayList<>();
        for (String header = WireText.line(in); !header.isEmpty(); header = WireText.line(in)) {
            headers.add(header.toLowerCase(Locale.ROOT));
        }
        int status = Integer.parseInt(line.split(" ")[1]);
        byte[] body = hasBody && status >= 200 ? WireText.body(headers, in).bytes() : new byte[0];
        return new Answer(status, headers, new String(body, StandardCharsets.ISO_8859_1));
    }

    /** Bytes as they come, not more than that many. */
    public String bytes(int count) throws IOException {
        return new String(in.readNBytes(count), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
