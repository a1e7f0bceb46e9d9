package dev.gatehouse.controller.infrastructure;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * What a TLS client offers in its first message (RFC 8446, section 4.1.2): by the type of an extension, its bytes.
 *
 * @param ciphers the numbers of the cipher suites
 */
record TlsHello(List<Integer> ciphers, Map<Integer, byte[]> extensions) {
    private static final int SERVER_NAME = 0;
    private static final int GROUPS = 10;
    private static final int SIGNATURES = 13;
    private static final int ALPN = 16;
    private static final int VERSIONS = 43;

    /** The name of the server, empty without one. */
    String serverName() {
        ByteBuffer bytes = extension(SERVER_NAME);
        if (!bytes.hasRemaining()) {
            return "";
        }
        bytes.getShort();
        bytes.get();
        return text(bytes, bytes.getShort());
    }

    List<Integer> groups() {
        return numbers(GROUPS);
    }

    List<Integer> signatures() {
        return numbers(SIGNATURES);
    }

    /** 0x0303 is TLS 1.2, 0x0304 is TLS 1.3. */
    List<Integer> versions() {
        ByteBuffer bytes = extension(VERSIONS);
        return bytes.hasRemaining() ? shorts(bytes, bytes.get()) : List.of();
    }

    List<String> protocols() {
        ByteBuffer bytes = extension(ALPN);
        List<String> protocols = new ArrayList<>();
        if (bytes.hasRemaining()) {
            bytes.getShort();
            while (bytes.hasRemaining()) {
                protocols.add(text(bytes, bytes.get()));
            }
        }
        return protocols;
    }

    private ByteBuffer extension(int type) {
        return ByteBuffer.wrap(Objects.requireNonNullElse(extensions.get(type), new byte[0]));
    }

    private List<Integer> numbers(int type) {
        ByteBuffer bytes = extension(type);
        return bytes.hasRemaining() ? shorts(bytes, bytes.getShort()) : List.of();
    }

    private static List<Integer> shorts(ByteBuffer bytes, int length) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < length; i += 2) {
            numbers.add(bytes.getShort() & 0xFFFF);
        }
        return numbers;
    }

    private static String text(ByteBuffer bytes, int length) {
        byte[] text = new byte[length];
        bytes.get(text);
        return new String(text, StandardCharsets.US_ASCII);
    }

    private static TlsHello read(DataInputStream in) throws IOException {
        in.skipNBytes(3);
        ByteBuffer record = ByteBuffer.wrap(in.readNBytes(in.readUnsignedShort()));
        // The type of the message, its length, the version and the random number.
        record.position(1 + 3 + 2 + 32);
        record.position(record.position() + 1 + record.get(record.position()));
        List<Integer> ciphers = shorts(record, record.getShort());
        record.position(record.position() + 1 + record.get(record.position()));
        record.getShort();
        Map<Integer, byte[]> extensions = new TreeMap<>();
        while (record.hasRemaining()) {
            int type = record.getShort() & 0xFFFF;
            byte[] value = new byte[record.getShort()];
            record.get(value);
            extensions.put(type, value);
        }
        return new TlsHello(ciphers, extensions);
    }

    /** A server that keeps what its clients offer, and hangs up. */
    static final class Recorder implements AutoCloseable {
        private final ServerSocket server;
        private final BlockingQueue<TlsHello> hellos = new LinkedBlockingQueue<>();

        private Recorder(ServerSocket server) {
            this.server = server;
        }

        static Recorder start() throws IOException {
            Recorder recorder = new Recorder(new ServerSocket(0, 0, InetAddress.getByName("127.0.0.1")));
            Thread.ofVirtual().start(recorder::accept);
            return recorder;
        }

        private void accept() {
            while (!server.isClosed()) {
                try (Socket client = server.accept()) {
                    hellos.add(read(new DataInputStream(client.getInputStream())));
                } catch (IOException e) {
                    // The client or this server has gone.
                }
            }
        }

        int port() {
            return server.getLocalPort();
        }

        TlsHello next() throws InterruptedException {
            return Objects.requireNonNull(hellos.poll(30, TimeUnit.SECONDS), "no client came");
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
