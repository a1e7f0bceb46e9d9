package dev.gatehouse.waf.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** Reads HTTP/1.1. */
final class WireText {
    /** @param trailers as they were sent */
    record Body(byte[] bytes, List<String> trailers) {}

    private WireText() {}

    /** Up to the end of the line, without it; empty at the end of the stream, too. */
    static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    /** @param headers in small letters */
    static Body body(List<String> headers, InputStream in) throws IOException {
        for (String header : headers) {
            if (header.startsWith("content-length:")) {
                return new Body(
                        in.readNBytes(Integer.parseInt(header.substring(15).trim())), List.of());
            }
            if (header.startsWith("transfer-encoding:") && header.contains("chunked")) {
                return chunks(in);
            }
        }
        return new Body(new byte[0], List.of());
    }

    private static Body chunks(InputStream in) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line(in).strip(), 16);
            if (size == 0) {
                List<String> trailers = new ArrayList<>();
                for (String line = line(in); !line.isEmpty(); line = line(in)) {
                    trailers.add(line);
                }
                return new Body(bytes.toByteArray(), trailers);
            }
            bytes.write(in.readNBytes(size));
            line(in);
        }
    }
}
