import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Requests over kept connections of HTTP/1.1: as many as are answered (rate 0), or at a fixed rate whose latencies count from when a request
 * was due. Usage: Load PORT PATH get|form SECONDS CONNECTIONS RATE. Prints: requests a second, p50 and p99 in milliseconds, and how many
 * were not answered with 200.
 */
final class Load {
    private static final long WARM_NANOS = 3_000_000_000L;

    public static void main(String[] arguments) throws Exception {
        int port = Integer.parseInt(arguments[0]);
        byte[] request = request(arguments[1], arguments[2].equals("form"));
        long nanos = Long.parseLong(arguments[3]) * 1_000_000_000L;
        int connections = Integer.parseInt(arguments[4]);
        double rate = Double.parseDouble(arguments[5]);
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
                        out.write(request);
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

    private static byte[] request(String path, boolean form) {
        String headers = " HTTP/1.1\r\nHost: shop.example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0\r\n"
                + "Accept: text/html,application/xhtml+xml;q=0.9,*/*;q=0.8\r\nAccept-Language: en-US,en;q=0.5\r\n";
        if (!form) {
            return ("GET " + path + "?page=2&sort=price" + headers + "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        }
        StringBuilder body = new StringBuilder("name=Ann&comment=");
        while (body.length() < 1000) {
            body.append("The+quick+brown+fox+jumps+over+the+lazy+dog.+");
        }
        return ("POST " + path + headers + "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
                        + body.length() + "\r\n\r\n" + body)
                .getBytes(StandardCharsets.ISO_8859_1);
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
