import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** GET requests over one kept connection of HTTP/1.1, opened when it is needed. For one thread. */
final class Requests implements Closeable {
    private static final int CONNECT_MILLIS = 2_000;
    private static final int ANSWER_MILLIS = 10_000;

    private final String address;
    private Socket socket;
    private InputStream in;

    /** An answer: its status, and its body, which is the name of the backend. */
    record Answer(int status, String body) {}

    Requests(String address) {
        this.address = address;
    }

    /**
     * The answer to one request.
     *
     * @throws IOException where none came; the next request opens a connection of its own
     */
    Answer get(String host, String path) throws IOException {
        try {
            boolean kept = socket != null;
            if (!kept) {
                open();
            }
            try {
                return ask(host, path);
            } catch (EOFException closed) {
                // A kept connection may have been closed while it was idle: every client asks again.
                if (!kept) {
                    throw closed;
                }
                close();
                open();
                return ask(host, path);
            }
        } catch (IOException failure) {
            close();
            throw failure;
        }
    }

    private void open() throws IOException {
        socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(ANSWER_MILLIS);
        socket.connect(new InetSocketAddress(address, 80), CONNECT_MILLIS);
        in = new BufferedInputStream(socket.getInputStream(), 8 * 1024);
    }

    private Answer ask(String host, String path) throws IOException {
        String request = "GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        String line = line(true);
        int status = Integer.parseInt(line.substring(9, 12));
        int length = 0;
        boolean last = false;
        while (!(line = line(false)).isEmpty()) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                length = Integer.parseInt(lower.substring(15).strip());
            }
            last |= lower.equals("connection: close");
        }
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        if (last) {
            close();
        }
        return new Answer(status, body);
    }

    private String line(boolean first) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c; (c = in.read()) != '\n'; ) {
            if (c < 0) {
                throw first && line.isEmpty() ? new EOFException("closed before an answer") : new IOException("closed in the middle of an answer");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        if (socket != null) {
            socket.close();
            socket = null;
        }
    }
}
