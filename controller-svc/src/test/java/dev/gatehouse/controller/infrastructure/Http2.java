package dev.gatehouse.controller.infrastructure;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;

/** One side of HTTP/2 connections, as far as tests of its settings need it (RFC 9113): frames as they are on the wire. */
final class Http2 {
    static final int DATA = 0;
    static final int HEADERS = 1;
    static final int RESET = 3;
    static final int SETTINGS = 4;
    static final int PING = 6;
    static final int GOAWAY = 7;
    static final int WINDOW_UPDATE = 8;

    static final int MAX_CONCURRENT_STREAMS = 3;
    static final int INITIAL_WINDOW_SIZE = 4;

    private static final int ACK = 1;
    private static final int END_STREAM_AND_HEADERS = 5;
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    /** Status 200. */
    private static final byte[] FINE = {(byte) 0x88};

    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;

    /** Of a trailer "x-last" with value "y". */
    private static final byte[] TRAILER = {0, 6, 'x', '-', 'l', 'a', 's', 't', 1, 'y'};

    /** Status 200, and a header whose name has an upper-case letter, which is no header. */
    private static final byte[] WRONG = {(byte) 0x88, 0, 1, 'X', 1, 'y'};

    private Http2() {}

    /** A frame. */
    record Frame(int type, int flags, int stream, byte[] payload) {
        boolean isAck() {
            return (type == SETTINGS || type == PING) && (flags & ACK) != 0;
        }

        /** The value of a setting. */
        OptionalLong setting(int id) {
            ByteBuffer bytes = ByteBuffer.wrap(payload);
            while (type == SETTINGS && bytes.remaining() >= 6) {
                int found = bytes.getShort();
                long value = Integer.toUnsignedLong(bytes.getInt());
                if (found == id) {
                    return OptionalLong.of(value);
                }
            }
            return OptionalLong.empty();
        }

        int number() {
            return ByteBuffer.wrap(payload).getInt();
        }
    }

    /** A connection, which keeps the frames that come, and answers them as an honest peer does. */
    static final class Connection implements Closeable {
        private final Socket socket;
        private final boolean answersPings;
        private final List<Frame> frames = new CopyOnWriteArrayList<>();
        private volatile boolean ended;

        private Connection(Socket socket, boolean answersPings) {
            this.socket = socket;
            this.answersPings = answersPings;
        }

        /** Connects to a proxy. */
        static Connection open(int port, boolean answersPings) throws IOException {
            Connection connection = new Connection(new Socket(InetAddress.getLoopbackAddress(), port), answersPings);
            connection.socket.getOutputStream().write(PREFACE);
            connection.write(SETTINGS, 0, 0, new byte[0]);
            Thread.ofVirtual().start(() -> connection.read(_ -> {}));
            return connection;
        }

        /** Asks for a path; a second name, if there is one, is a header without a meaning. */
        void get(int stream, String path, String header) throws IOException {
            ByteArrayOutputStream block = new ByteArrayOutputStream();
            // Of the static table: method GET, scheme http; names of the path and the authority.
            block.write(new byte[] {(byte) 0x82, (byte) 0x86, 0x04});
            text(block, path);
            block.write(0x01);
            text(block, "a.test");
            if (!header.isEmpty()) {
                block.write(0);
                text(block, header);
                text(block, "y");
            }
            write(HEADERS, END_STREAM_AND_HEADERS, stream, block.toByteArray());
        }

        private static void text(ByteArrayOutputStream block, String text) throws IOException {
            block.write(text.length());
            block.write(text.getBytes(StandardCharsets.US_ASCII));
        }

        List<Frame> frames() {
            return frames;
        }

        boolean has(Predicate<Frame> wanted) {
            return frames.stream().anyMatch(wanted);
        }

        boolean has(int type) {
            return has(frame -> frame.type() == type && !frame.isAck());
        }

        /** The peer has closed it. */
        boolean ended() {
            return ended;
        }

        private synchronized void write(int type, int flags, int stream, byte[] payload) throws IOException {
            OutputStream out = socket.getOutputStream();
            out.write(ByteBuffer.allocate(9 + payload.length)
                    .putInt(payload.length << 8 | type)
                    .put((byte) flags)
                    .putInt(stream)
                    .put(payload)
                    .array());
            out.flush();
        }

        private void read(Reaction reaction) {
            try {
                DataInputStream in = new DataInputStream(socket.getInputStream());
                while (true) {
                    int head = in.readInt();
                    int flags = in.readUnsignedByte();
                    int stream = in.readInt();
                    Frame frame = new Frame(head & 0xFF, flags, stream, in.readNBytes(head >>> 8));
                    frames.add(frame);
                    if (frame.type() == SETTINGS && !frame.isAck()) {
                        write(SETTINGS, ACK, 0, new byte[0]);
                    } else if (frame.type() == PING && !frame.isAck() && answersPings) {
                        write(PING, ACK, 0, frame.payload());
                    } else {
                        reaction.to(frame);
                    }
                }
            } catch (IOException e) {
                ended = true;
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private interface Reaction {
        void to(Frame frame) throws IOException;
    }

    /** How a server behaves. */
    enum Manner {
        FINE,
        /** Its answers have a body of one byte, and a trailer "x-last". */
        TRAILERS,
        /** Its answers have a header that is none. */
        WRONG,
        /** Answers once it is let. */
        SLOW,
        /** As {@link #SLOW}, and no ping is answered. */
        MUTE
    }

    /** A server. Clients of HTTP/1.1 are hung up on. */
    static final class Server implements Closeable {
        private final ServerSocket server;
        private final Manner manner;
        private final CountDownLatch gate = new CountDownLatch(1);
        private final List<Connection> connections = new CopyOnWriteArrayList<>();
        private final List<String> strangers = new CopyOnWriteArrayList<>();

        private Server(ServerSocket server, Manner manner) {
            this.server = server;
            this.manner = manner;
        }

        static Server start(Manner manner) throws IOException {
            Server server = new Server(new ServerSocket(0, 0, InetAddress.getByName("127.0.0.1")), manner);
            Thread.ofVirtual().start(server::accept);
            return server;
        }

        int port() {
            return server.getLocalPort();
        }

        /** The connections of clients of HTTP/2, up to now. */
        List<Connection> connections() {
            return connections;
        }

        /** How other clients began. */
        List<String> strangers() {
            return strangers;
        }

        /** Lets it answer. */
        void open() {
            gate.countDown();
        }

        private void accept() {
            while (!server.isClosed()) {
                try {
                    Socket client = server.accept();
                    Thread.ofVirtual().start(() -> serve(client));
                } catch (IOException e) {
                    // The server is closed.
                }
            }
        }

        private void serve(Socket client) {
            try (client) {
                String preface =
                        new String(client.getInputStream().readNBytes(PREFACE.length), StandardCharsets.US_ASCII);
                if (!preface.startsWith("PRI")) {
                    strangers.add(preface);
                    return;
                }
                Connection connection = new Connection(client, manner != Manner.MUTE);
                connections.add(connection);
                connection.write(SETTINGS, 0, 0, new byte[0]);
                connection.read(frame -> {
                    if (frame.type() == HEADERS) {
                        Thread.ofVirtual().start(() -> answer(connection, frame.stream()));
                    }
                });
            } catch (IOException e) {
                // The client has gone.
            }
        }

        private void answer(Connection connection, int stream) {
            try {
                if (manner == Manner.SLOW || manner == Manner.MUTE) {
                    gate.await();
                }
                if (manner == Manner.TRAILERS) {
                    connection.write(HEADERS, END_HEADERS, stream, FINE);
                    connection.write(DATA, 0, stream, new byte[] {'a'});
                    connection.write(HEADERS, END_STREAM | END_HEADERS, stream, TRAILER);
                } else {
                    connection.write(HEADERS, END_STREAM_AND_HEADERS, stream, manner == Manner.WRONG ? WRONG : FINE);
                }
            } catch (IOException e) {
                // The client has gone.
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() throws IOException {
            open();
            server.close();
        }
    }
}
