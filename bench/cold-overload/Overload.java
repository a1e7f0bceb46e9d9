import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends GET requests at a rate, whatever becomes of them (an open loop), and prints a line for each second in which they were sent:
 * second, sent, answered with 200, refused (503), other or no answer, and the 50th and 99th percentile of the 200s in ms.
 *
 * <p>java Overload PORT PATH RATE SECONDS; a rate of 0: as fast as eight clients are answered, and one line with the requests per second.
 */
final class Overload {
    private static final int CLIENTS = 8;
    private static final int PATIENCE_MILLIS = 10_000;

    private final int port;
    private final byte[] request;
    private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();

    private record Connection(Socket socket, InputStream in) {}

    private Overload(int port, String path) {
        this.port = port;
        this.request = ("GET " + path + " HTTP/1.1\r\nHost: www.example.com\r\nUser-Agent: Mozilla/5.0\r\nAccept: */*\r\n\r\n")
                .getBytes(StandardCharsets.ISO_8859_1);
    }

    public static void main(String[] arguments) throws Exception {
        Overload load = new Overload(Integer.parseInt(arguments[0]), arguments[1]);
        int rate = Integer.parseInt(arguments[2]);
        int seconds = Integer.parseInt(arguments[3]);
        if (rate == 0) {
            load.asFastAsAnswered(seconds);
        } else {
            load.atRate(rate, seconds);
        }
        System.exit(0);
    }

    private void asFastAsAnswered(int seconds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        AtomicLongArray answered = new AtomicLongArray(1);
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < CLIENTS; i++) {
                threads.submit(() -> {
                    while (System.nanoTime() < end) {
                        if (status() == 200) {
                            answered.incrementAndGet(0);
                        }
                    }
                });
            }
        }
        System.out.println(answered.get(0) / seconds);
    }

    private void atRate(int rate, int seconds) throws InterruptedException {
        AtomicLongArray ok = new AtomicLongArray(seconds);
        AtomicLongArray refused = new AtomicLongArray(seconds);
        AtomicLongArray failed = new AtomicLongArray(seconds);
        int[] sent = new int[seconds];
        long[][] micros = new long[seconds][2 * rate + 2];
        long begin = System.nanoTime();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        for (int second = 0; second < seconds; second++) {
            for (int i = 0; i < rate; i++) {
                long due = begin + TimeUnit.SECONDS.toNanos(second) + TimeUnit.SECONDS.toNanos(1) * i / rate;
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                int at = second;
                int number = sent[at]++;
                threads.submit(() -> {
                    long start = System.nanoTime();
                    switch (status()) {
                        case 200 -> {
                            micros[at][number] = (System.nanoTime() - start) / 1_000;
                            ok.incrementAndGet(at);
                        }
                        case 503 -> refused.incrementAndGet(at);
                        default -> failed.incrementAndGet(at);
                    }
                });
            }
        }
        threads.shutdown();
        threads.awaitTermination(PATIENCE_MILLIS + 2_000, TimeUnit.MILLISECONDS);
        for (int second = 0; second < seconds; second++) {
            long[] times = Arrays.stream(micros[second]).filter(time -> time > 0).sorted().toArray();
            System.out.printf(
                    "%d %d %d %d %d %.1f %.1f%n",
                    second + 1,
                    sent[second],
                    ok.get(second),
                    refused.get(second),
                    sent[second] - ok.get(second) - refused.get(second),
                    times.length == 0 ? 0 : times[times.length / 2] / 1_000.0,
                    times.length == 0 ? 0 : times[times.length * 99 / 100] / 1_000.0);
        }
    }

    /** The status of an answer; 0: there was none. */
    private int status() {
        Connection connection = idle.pollFirst();
        try {
            if (connection == null) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setSoTimeout(PATIENCE_MILLIS);
                socket.setTcpNoDelay(true);
                connection = new Connection(socket, new BufferedInputStream(socket.getInputStream()));
            }
            connection.socket().getOutputStream().write(request);
            int status = 0;
            int length = 0;
            for (String line = line(connection.in()); !line.isEmpty(); line = line(connection.in())) {
                if (line.startsWith("HTTP/1.1 ")) {
                    status = Integer.parseInt(line.substring(9, 12));
                } else if (line.regionMatches(true, 0, "content-length:", 0, 15)) {
                    length = Integer.parseInt(line.substring(15).strip());
                }
            }
            connection.in().skipNBytes(length);
            idle.addFirst(connection);
            return status;
        } catch (IOException e) {
            try {
                if (connection != null) {
                    connection.socket().close();
                }
            } catch (IOException closing) {
                e.addSuppressed(closing);
            }
            return 0;
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("closed");
            }
            if (next != '\r') {
                line.append((char) next);
            }
        }
        return line.toString();
    }
}
