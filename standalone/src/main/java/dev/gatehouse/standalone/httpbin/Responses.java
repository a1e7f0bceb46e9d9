package dev.gatehouse.standalone.httpbin;

import dev.gatehouse.standalone.httpbin.Endpoints.Endpoint;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/** Answers whose status, timing, size, encoding or caching the request chooses. Limits are httpbin's. */
final class Responses {
    private static final double LONGEST_DELAY_SECONDS = 10;
    private static final int MOST_LINES = 100;
    private static final int MOST_BYTES = 100 * 1024;
    private static final int MOST_DRIPPED = 10 * 1024 * 1024;
    private static final int DEFAULT_CHUNK = 10 * 1024;
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,9})-(\\d{0,9})");

    private final Vertx vertx;
    private final RandomGenerator random;
    private final InstantSource clock;

    Responses(Vertx vertx, RandomGenerator random, InstantSource clock) {
        this.vertx = vertx;
        this.random = random;
        this.clock = clock;
    }

    void addTo(List<Endpoint> all) {
        all.add(Endpoint.of("/status/*", Endpoint.ANY, this::status));
        all.add(Endpoint.of("/delay/*", Endpoint.ANY, this::delay));
        all.add(Endpoint.get("/stream/*", Responses::stream));
        all.add(Endpoint.get("/bytes/*", x -> x.send("application/octet-stream", bytes(x))));
        all.add(Endpoint.get("/stream-bytes/*", this::streamBytes));
        all.add(Endpoint.get("/drip", this::drip));
        all.add(Endpoint.get("/range/*", Responses::range));
        all.add(Endpoint.get(
                "/uuid",
                x -> x.json(Map.of(
                        "uuid",
                        new UUID(random.nextLong() & ~0xF000L | 0x4000L, random.nextLong() & ~(3L << 62) | 2L << 62)
                                .toString()))));
        all.add(Endpoint.get("/base64/*", Responses::base64));
        all.add(Endpoint.get("/gzip", x -> compressed(x, "gzip", "gzipped")));
        all.add(Endpoint.get("/deflate", x -> compressed(x, "deflate", "deflated")));
        all.add(Endpoint.of("/response-headers", List.of("GET", "POST"), Responses::responseHeaders));
        all.add(Endpoint.get("/cache", this::cache));
        all.add(Endpoint.get("/cache/*", x -> {
            int seconds = BadRequest.number("seconds", x.path().getFirst(), 0, Integer.MAX_VALUE);
            x.response().putHeader("Cache-Control", "public, max-age=" + seconds);
            x.json(x.facts());
        }));
        all.add(Endpoint.get("/etag/*", Responses::etag));
        all.add(Endpoint.get("/json", x -> x.json(slideshow())));
        all.add(Endpoint.get("/xml", x -> x.text("application/xml", XML)));
        all.add(Endpoint.get("/html", x -> x.text("text/html; charset=utf-8", HTML)));
        all.add(Endpoint.get("/robots.txt", x -> x.text("text/plain", "User-agent: *\nDisallow: /deny\n")));
        all.add(Endpoint.get("/deny", x -> x.text("text/plain", "Robots were asked not to come here.\n")));
    }

    /** {@code /status/200:3,500:1} answers one of them by chance, with these weights. */
    private void status(Exchange x) {
        String[] choices = x.path().getFirst().split(",");
        double[] weights = new double[choices.length];
        int[] codes = new int[choices.length];
        for (int i = 0; i < choices.length; i++) {
            String[] parts = choices[i].split(":", 2);
            codes[i] = BadRequest.number("status", parts[0], 200, 999);
            weights[i] = parts.length == 2 ? BadRequest.seconds("weight", parts[1], 1e9) : 1;
        }
        double point = random.nextDouble() * Arrays.stream(weights).sum();
        int chosen = 0;
        while (chosen < codes.length - 1 && point >= weights[chosen]) {
            point -= weights[chosen++];
        }
        answerStatus(x, codes[chosen]);
    }

    private static void answerStatus(Exchange x, int code) {
        HttpServerResponse response = x.response().setStatusCode(code);
        switch (code) {
            case 301, 302, 303, 305, 307, 308 -> response.putHeader("Location", "/redirect/1");
            case 401 -> response.putHeader("WWW-Authenticate", "Basic realm=\"Fake Realm\"");
            case 407 -> response.putHeader("Proxy-Authenticate", "Basic realm=\"Fake Realm\"");
            default -> {}
        }
        if (code == 406) {
            x.json(Map.of("message", "Client did not request a supported media type.", "accept", List.of("image/*")));
        } else if (code == 418) {
            x.text("text/plain", "I'm a teapot.\n");
        } else {
            response.end();
        }
    }

    private void delay(Exchange x) {
        double seconds = BadRequest.seconds("delay", x.path().getFirst(), LONGEST_DELAY_SECONDS);
        Map<String, @Nullable Object> answer = x.factsAndBody();
        answer.remove("json");
        after(seconds, () -> x.json(answer));
    }

    /** The client may be gone by then. */
    private void after(double seconds, Runnable action) {
        long millis = Math.round(seconds * 1000);
        if (millis == 0) {
            action.run();
        } else {
            vertx.setTimer(millis, timer -> action.run());
        }
    }

    private static void stream(Exchange x) {
        int lines = BadRequest.number("count", x.path().getFirst(), 0, MOST_LINES);
        HttpServerResponse response = x.response().setChunked(true).putHeader("Content-Type", "application/json");
        for (int id = 0; id < lines; id++) {
            Map<String, @Nullable Object> line = x.facts();
            line.put("id", id);
            response.write(PrettyJson.line(line));
        }
        response.end();
    }

    private Buffer bytes(Exchange x) {
        byte[] bytes = new byte[BadRequest.number("count", x.path().getFirst(), 0, MOST_BYTES)];
        x.args()
                .first("seed")
                .<RandomGenerator>map(
                        seed -> new Random(BadRequest.number("seed", seed, Integer.MIN_VALUE, Integer.MAX_VALUE)))
                .orElse(random)
                .nextBytes(bytes);
        return Buffer.buffer(bytes);
    }

    private void streamBytes(Exchange x) {
        int chunk =
                BadRequest.number("chunk_size", x.args().first("chunk_size").orElse("" + DEFAULT_CHUNK), 1, MOST_BYTES);
        Buffer bytes = bytes(x);
        HttpServerResponse response =
                x.response().setChunked(true).putHeader("Content-Type", "application/octet-stream");
        for (int at = 0; at < bytes.length(); at += chunk) {
            response.write(bytes.getBuffer(at, Math.min(bytes.length(), at + chunk)));
        }
        response.end();
    }

    /** {@code numbytes} bytes, evenly over {@code duration} seconds, after {@code delay} seconds, with status {@code code}. */
    private void drip(Exchange x) {
        double duration =
                BadRequest.seconds("duration", x.args().first("duration").orElse("2"), LONGEST_DELAY_SECONDS);
        double delay = BadRequest.seconds("delay", x.args().first("delay").orElse("2"), LONGEST_DELAY_SECONDS);
        int count = BadRequest.number("numbytes", x.args().first("numbytes").orElse("10"), 1, MOST_DRIPPED);
        int code = BadRequest.number("code", x.args().first("code").orElse("200"), 200, 599);
        after(delay, () -> {
            x.response()
                    .setStatusCode(code)
                    .putHeader("Content-Type", "application/octet-stream")
                    .putHeader("Content-Length", Integer.toString(count));
            drop(x.response(), count, 0, System.nanoTime(), duration);
        });
    }

    private void drop(HttpServerResponse response, int count, int sent, long started, double duration) {
        double passed = (System.nanoTime() - started) / 1e9;
        int due = duration == 0 ? count : (int) Math.min(count, 1 + count * passed / duration);
        if (response.closed()) {
            return;
        }
        if (due > sent) {
            response.write("*".repeat(due - sent));
        }
        if (due >= count) {
            response.end();
        } else {
            vertx.setTimer(
                    Math.max(1, Math.min(100, Math.round(1000 * duration / count))),
                    timer -> drop(response, count, due, started, duration));
        }
    }

    private static void range(Exchange x) {
        int size = BadRequest.number("size", x.path().getFirst(), 1, MOST_BYTES);
        HttpServerResponse response =
                x.response().putHeader("ETag", "range" + size).putHeader("Accept-Ranges", "bytes");
        Matcher range = RANGE.matcher(x.header("range").orElse(""));
        int first = 0;
        int last = size - 1;
        if (range.matches()) {
            boolean suffix = range.group(1).isEmpty();
            first = suffix
                    ? size - Math.min(size, range.group(2).isEmpty() ? 0 : Integer.parseInt(range.group(2)))
                    : Integer.parseInt(range.group(1));
            last = suffix || range.group(2).isEmpty() ? size - 1 : Math.min(size - 1, Integer.parseInt(range.group(2)));
            if (first > last) {
                response.setStatusCode(416)
                        .putHeader("Content-Range", "bytes */" + size)
                        .end();
                return;
            }
        }
        boolean whole = first == 0 && last == size - 1;
        StringBuilder letters = new StringBuilder(last - first + 1);
        for (int i = first; i <= last; i++) {
            letters.append((char) ('a' + i % 26));
        }
        response.setStatusCode(whole ? 200 : 206)
                .putHeader("Content-Range", "bytes " + first + "-" + last + "/" + size);
        x.text("application/octet-stream", letters.toString());
    }

    private static void base64(Exchange x) {
        String text;
        try {
            text = new String(Base64.getUrlDecoder().decode(x.path().getFirst()), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            text = "Incorrect Base64 data: " + x.path().getFirst();
        }
        x.text("text/plain; charset=utf-8", text);
    }

    private static void compressed(Exchange x, String encoding, String flag) {
        Map<String, Object> answer = new TreeMap<>();
        answer.put(flag, true);
        answer.put("headers", x.headers());
        answer.put("method", x.request().method().name());
        answer.put("origin", x.origin());
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (OutputStream out =
                "gzip".equals(encoding) ? new GZIPOutputStream(bytes) : new DeflaterOutputStream(bytes)) {
            out.write(PrettyJson.of(answer).getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        x.response().putHeader("Content-Encoding", encoding);
        x.send("application/json", Buffer.buffer(bytes.toByteArray()));
    }

    private static void responseHeaders(Exchange x) {
        Map<String, Object> answer = x.args().json();
        x.args().values().forEach((name, values) -> {
            if (name.matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+")) {
                x.response()
                        .putHeader(
                                name,
                                values.stream()
                                        .map(value -> value.replaceAll("\\p{Cntrl}", ""))
                                        .toList());
            }
        });
        answer.putIfAbsent("Content-Type", "application/json");
        x.send(
                x.args().first("Content-Type").orElse("application/json").replaceAll("\\p{Cntrl}", ""),
                Buffer.buffer(PrettyJson.of(answer)));
    }

    private void cache(Exchange x) {
        if (x.header("if-modified-since").or(() -> x.header("if-none-match")).isPresent()) {
            x.status(304);
            return;
        }
        String now = DateTimeFormatter.RFC_1123_DATE_TIME.format(clock.instant().atOffset(ZoneOffset.UTC));
        x.response().putHeader("Last-Modified", now).putHeader("ETag", Long.toHexString(random.nextLong()));
        x.json(x.facts());
    }

    /** RFC 9110, section 13.1: If-None-Match and If-Match. */
    private static void etag(Exchange x) {
        String tag = x.path().getFirst().replaceAll("[\\p{Cntrl}\"]", "");
        x.response().putHeader("ETag", tag);
        if (x.header("if-none-match").filter(tags -> names(tags, tag)).isPresent()) {
            x.status(304);
        } else if (x.header("if-match").filter(tags -> !names(tags, tag)).isPresent()) {
            x.status(412);
        } else {
            x.json(x.facts());
        }
    }

    private static boolean names(String tags, String tag) {
        return Arrays.stream(tags.split(","))
                .map(String::strip)
                .map(each -> each.startsWith("W/") ? each.substring(2) : each)
                .map(each -> each.replace("\"", ""))
                .anyMatch(each -> each.equals(tag) || "*".equals(each));
    }

    private static Map<String, Object> slideshow() {
        return Map.of(
                "slideshow",
                new TreeMap<>(Map.of(
                        "author", "Gatehouse",
                        "date", "date of publication",
                        "slides",
                                List.of(
                                        new TreeMap<>(Map.of("title", "A gateway in a minute", "type", "all")),
                                        new TreeMap<>(Map.of(
                                                "items", List.of("Routes are files", "Envoy serves them"),
                                                "title", "Overview",
                                                "type", "all"))),
                        "title", "Sample Slide Show")));
    }

    private static final String XML = """
            <?xml version='1.0' encoding='us-ascii'?>
            <slideshow title="Sample Slide Show" date="Date of publication" author="Gatehouse">
                <slide type="all">
                  <title>A gateway in a minute</title>
                </slide>
                <slide type="all">
                  <title>Overview</title>
                  <item>Routes are files</item>
                  <item>Envoy serves them</item>
                </slide>
            </slideshow>
            """;

    private static final String HTML = """
            <!DOCTYPE html>
            <html>
              <head><title>A page</title></head>
              <body>
                <h1>A page</h1>
                <p>It has a heading, a paragraph and nothing else.</p>
              </body>
            </html>
            """;
}
