import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests over kept connections of HTTP/1.1: as many as are answered (rate 0), or at a fixed rate whose latencies count from when a request
 * was due. Usage: HttpLoad PORT FILE SECONDS CONNECTIONS RATE. The file has requests, as they go over the wire, with a NUL byte after each;
 * connections send them in turn, each from a place of its own. Prints: requests a second, p50 and p99 in milliseconds, and how many were
 * not answered with 200.
 */
final class HttpLoad {
    private static final long WARM_NANOS = 3_000_000_000L;

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        List<byte[]> requests = requests(Path.of(arguments[1]));
        long nanos = Long.parseLong(arguments[2]) * 1_000_000_000L;
        int connections = Integer.parseInt(arguments[3]);
        double rate = Double.parseDouble(arguments[4]);
        long start = System.nanoTime();
        long from = start + WARM_NANOS;
        long end = from + nanos;
        AtomicInteger failed = new AtomicInteger();
        List<long[]> latencies = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            int number = i;
            threads.add(Thread.ofPlatform().start(() -> {
                long[] mine = new long[1 << 20];
                int count = 0;
                int next = number * requests.size() / connections;
                long step = rate == 0 ? 0 : (long) (connections / rate * 1e9);
                long due = start + step * number / connections;
                try (Socket socket = new Socket("127.0.0.1", port)) {
                    socket.setTcpNoDelay(true);
                    InputStream in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
                    OutputStream out = socket.getOutputStream();
                    while (System.nanoTime() < end) {
                        if (rate == 0) {
                            due = System.nanoTime();
                        } else {
                            while (System.nanoTime() < due) {
                                LockSupport.parkNanos(due - System.nanoTime());
                            }
                        }
                        out.write(requests.get(next));
                        next = (next + 1) % requests.size();
                        boolean good = answer(in) == 200;
                        long now = System.nanoTime();
                        if (now >= from && count < mine.length) {
                            mine[count++] = now - due;
                            if (!good) {
                                failed.incrementAndGet();
                            }
                        }
                        due += step;
                    }
                } catch (IOException e) {
                    failed.incrementAndGet();
                    System.err.println(e);
                }
                synchronized (latencies) {
                    latencies.add(Arrays.copyOf(mine, count));
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        long[] all = latencies.stream().flatMapToLong(Arrays::stream).sorted().toArray();
        System.out.printf(
                Locale.ROOT,
                "%.0f %.3f %.3f %d%n",
                all.length / (nanos / 1e9),
                all[all.length / 2] / 1e6,
                all[(int) (all.length * 0.99)] / 1e6,
                failed.get());
    }

    private static List<byte[]> requests(Path file) throws IOException {
        byte[] all = Files.readAllBytes(file);
        List<byte[]> requests = new ArrayList<>();
        for (int from = 0, i = 0; i < all.length; i++) {
            if (all[i] == 0) {
                requests.add(Arrays.copyOfRange(all, from, i));
                from = i + 1;
            }
        }
        if (requests.isEmpty()) {
            throw new IOException(file + " has no request (expected: a NUL byte after each)");
        }
        return requests;
    }

    /** The status; the body is read and dropped. */
    private static int answer(InputStream in) throws IOException {
        String line = line(in);
        if (line.isEmpty()) {
            throw new IOException("the connection was closed");
        }
        int length = 0;
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
                length = Integer.parseInt(header.substring(15).strip());
            }
        }
        in.skipNBytes(length);
        return Integer.parseInt(line.substring(9, 12));
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder(64);
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
