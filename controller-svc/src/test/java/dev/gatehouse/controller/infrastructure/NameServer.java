package dev.gatehouse.controller.infrastructure;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A DNS server (RFC 1035) that has the loopback address for each name, for a second. */
final class NameServer implements AutoCloseable {
    private static final int HEADER = 12;
    private static final int LONGEST = 512;
    private static final int A = 1;

    private final DatagramSocket socket;
    private final Map<String, AtomicInteger> asked = new ConcurrentHashMap<>();

    private NameServer(DatagramSocket socket) {
        this.socket = socket;
    }

    static NameServer start() throws IOException {
        NameServer server = new NameServer(new DatagramSocket(0, InetAddress.getByName("127.0.0.1")));
        Thread.ofVirtual().start(server::serve);
        return server;
    }

    int port() {
        return socket.getLocalPort();
    }

    /** How often the IPv4 address of a name was asked for. */
    int asked(String name) {
        return asked.getOrDefault(name, new AtomicInteger()).get();
    }

    private void serve() {
        byte[] bytes = new byte[LONGEST];
        while (!socket.isClosed()) {
            try {
                DatagramPacket query = new DatagramPacket(bytes, bytes.length);
                socket.receive(query);
                byte[] answer = answer(bytes);
                socket.send(new DatagramPacket(answer, answer.length, query.getSocketAddress()));
            } catch (IOException e) {
                // The socket is closed, or the client has gone.
            }
        }
    }

    private byte[] answer(byte[] query) {
        StringBuilder name = new StringBuilder();
        int at = HEADER;
        while (query[at] > 0) {
            name.append(name.isEmpty() ? "" : ".")
                    .append(new String(query, at + 1, query[at], StandardCharsets.US_ASCII));
            at += query[at] + 1;
        }
        int type = query[at + 2];
        int end = at + 5;
        boolean found = type == A;
        if (found) {
            asked.computeIfAbsent(name.toString(), _ -> new AtomicInteger()).incrementAndGet();
        }
        ByteArrayOutputStream answer = new ByteArrayOutputStream();
        answer.write(query, 0, 2);
        // Flags of an answer without an error; one question, and as many records as there are.
        answer.writeBytes(new byte[] {(byte) 0x84, 0, 0, 1, 0, (byte) (found ? 1 : 0), 0, 0, 0, 0});
        answer.write(query, HEADER, end - HEADER);
        if (found) {
            // The name of the question, type A, class IN, a second, four bytes.
            answer.writeBytes(new byte[] {(byte) 0xc0, HEADER, 0, A, 0, 1, 0, 0, 0, 1, 0, 4, 127, 0, 0, 1});
        }
        return answer.toByteArray();
    }

    @Override
    public void close() {
        socket.close();
    }
}
