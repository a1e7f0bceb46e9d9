package dev.gatehouse.seclangtools.ftw;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A proxy with a WAF, which tests are sent to as they are written, and whose log tells what matched. A request is followed by one with a
 * marker in the header {@code X-CRS-Test}, as go-ftw's: the lines before the marker's are the request's. Used by one thread.
 */
public final class ProxySite {
    private static final Pattern ID = Pattern.compile("\\[id \"(\\d+)\"\\]");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final int ANSWER_MILLIS = 10_000;

    private final InetSocketAddress address;
    private final String host;
    private final MatchLog log;

    /** @param host that markers are sent for */
    public ProxySite(InetSocketAddress address, String host, MatchLog log) {
        this.address = address;
        this.host = host;
        this.log = log;
    }

    FtwRunner.Exchange exchange(Bytes request) {
        try {
            log.next();
            Optional<Backend.Answer> answer = send(request);
            List<String> lines = linesUpToMarker();
            List<Long> ids = new ArrayList<>();
            for (String line : lines) {
                Matcher matcher = ID.matcher(line);
                if (matcher.find() && !ids.contains(Long.parseLong(matcher.group(1)))) {
                    ids.add(Long.parseLong(matcher.group(1)));
                }
            }
            return new FtwRunner.Exchange(answer, ids, lines);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private List<String> linesUpToMarker() throws InterruptedException {
        String marker = UUID.randomUUID().toString();
        send(Bytes.latin1("GET / HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: gatehouse\r\nAccept: */*\r\nX-CRS-Test: "
                + marker + "\r\nConnection: close\r\n\r\n"));
        List<String> lines = new ArrayList<>();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < end) {
            for (String line : log.next()) {
                if (line.contains(marker)) {
                    return lines;
                }
                if (line.contains("[id \"") && !line.contains("X-CRS-Test ")) {
                    lines.add(line);
                }
            }
            Thread.sleep(1);
        }
        throw new IllegalStateException("no line with the marker within " + PATIENCE.toSeconds()
                + " s (expected: the WAF's log, and a rule for X-CRS-Test as in @ftw-conf)");
    }

    /** Empty: no answer, or none that HTTP/1.1 knows. */
    private Optional<Backend.Answer> send(Bytes request) {
        BytesBuilder answer = new BytesBuilder(1024);
        try (Socket socket = new Socket()) {
            connect(socket);
            socket.setSoTimeout(ANSWER_MILLIS);
            socket.getOutputStream().write(request.toArray());
            socket.getOutputStream().flush();
            InputStream in = socket.getInputStream();
            byte[] buffer = new byte[64 * 1024];
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                answer.append(Bytes.of(Arrays.copyOf(buffer, read)));
                if (isWhole(answer.build())) {
                    break;
                }
            }
        } catch (SocketTimeoutException e) {
            // What has come is what there is.
        } catch (IOException e) {
            // A proxy may answer, and close before it has read all.
        }
        return parse(answer.build());
    }

    private void connect(Socket socket) {
        try {
            socket.connect(address, ANSWER_MILLIS);
        } catch (IOException e) {
            throw new IllegalStateException("the proxy at " + address + " cannot be reached: " + e.getMessage(), e);
        }
    }

    private static boolean isWhole(Bytes answer) {
        return parse(answer)
                .filter(parsed -> parsed.header("content-length")
                        .filter(length ->
                                length.matches("\\d{1,9}") && parsed.body().length() >= Integer.parseInt(length))
                        .isPresent())
                .isPresent();
    }

    private static Optional<Backend.Answer> parse(Bytes answer) {
        int end = answer.indexOf(Bytes.latin1("\r\n\r\n"));
        String head = answer.slice(0, Math.max(end, 0)).toString();
        Matcher status = Pattern.compile("^HTTP/1\\.[01] (\\d{3})").matcher(head);
        if (end < 0 || !status.find()) {
            return Optional.empty();
        }
        List<FtwTest.Header> headers = head.lines()
                .skip(1)
                .map(line -> line.split(":", 2))
                .filter(parts -> parts.length == 2)
                .map(parts -> new FtwTest.Header(parts[0], parts[1].strip()))
                .toList();
        return Optional.of(new Backend.Answer(Integer.parseInt(status.group(1)), headers, answer.slice(end + 4)));
    }
}
