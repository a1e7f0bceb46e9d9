package dev.gatehouse.envoyprocess;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * One HTTP/1.1 request (RFC 9112) to Envoy's admin page, on a connection of its own: the JDK's client does not speak HTTP over
 * Unix sockets.
 *
 * @param status of the answer
 * @param body of the answer
 */
record AdminCall(int status, String body) {
    private static final String END_OF_LINE = "\r\n";
    private static final String END_OF_HEAD = END_OF_LINE + END_OF_LINE;

    /**
     * Blocks while Envoy answers.
     *
     * @param silence after which the call fails, if Envoy neither takes nor sends anything
     */
    static AdminCall make(SocketAddress address, String method, String path, Duration silence) throws IOException {
        // Envoy closes the connection after the answer, so the end of the stream is the end of the answer.
        ByteBuffer request = StandardCharsets.US_ASCII.encode(method + " " + path + " HTTP/1.1" + END_OF_LINE
                + "host: envoy" + END_OF_LINE + "content-length: 0" + END_OF_LINE + "connection: close" + END_OF_HEAD);
        try (SocketChannel channel = SocketChannel.open(address);
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            while (request.hasRemaining()) {
                await(selector, silence);
                channel.write(request);
            }
            key.interestOps(SelectionKey.OP_READ);
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            ByteBuffer part = ByteBuffer.allocate(64 * 1024);
            while (true) {
                await(selector, silence);
                if (channel.read(part) < 0) {
                    return read(answer.toString(StandardCharsets.ISO_8859_1));
                }
                answer.write(part.array(), 0, part.position());
                part.clear();
            }
        }
    }

    private static void await(Selector selector, Duration silence) throws IOException {
        if (selector.select(silence.toMillis()) == 0) {
            throw new IOException("Envoy's admin page was silent for " + silence.toSeconds() + " s");
        }
        selector.selectedKeys().clear();
    }

    /** @param answer each char is one byte */
    private static AdminCall read(String answer) throws IOException {
        int end = answer.indexOf(END_OF_HEAD);
        String[] head = end < 0 ? new String[0] : answer.substring(0, end).split(END_OF_LINE);
        String[] statusLine = head.length == 0 ? new String[0] : head[0].split(" ", 3);
        if (statusLine.length < 2 || !statusLine[1].matches("\\d{3}")) {
            throw new IOException("Envoy's admin page sent no HTTP answer");
        }
        boolean chunked = false;
        for (String line : head) {
            chunked |= line.equalsIgnoreCase("transfer-encoding: chunked");
        }
        String body = answer.substring(end + END_OF_HEAD.length());
        return new AdminCall(
                Integer.parseInt(statusLine[1]),
                new String(
                        (chunked ? unchunked(body) : body).getBytes(StandardCharsets.ISO_8859_1),
                        StandardCharsets.UTF_8));
    }

    private static String unchunked(String body) throws IOException {
        StringBuilder out = new StringBuilder(body.length());
        int at = 0;
        while (true) {
            int line = body.indexOf(END_OF_LINE, at);
            if (line < 0) {
                throw new IOException("Envoy's admin page closed the connection within its answer");
            }
            int size = Integer.parseInt(body, at, line, 16);
            int start = line + END_OF_LINE.length();
            if (size == 0) {
                return out.toString();
            }
            if (start + size > body.length()) {
                throw new IOException("Envoy's admin page closed the connection within its answer");
            }
            out.append(body, start, start + size);
            at = start + size + END_OF_LINE.length();
        }
    }
}
