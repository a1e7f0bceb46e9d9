package dev.gatehouse.seclangtools.eval;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.seclang.bytes.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** A request, and maybe its response. Each character of a string is one byte (Latin-1). */
public record Case(String name, Request request, Optional<Response> response) {
    private static final int LONGEST_TEXT = 512 * 1024 * 1024;
    private static final String SHAPE =
            "{\"name\", \"request\": {\"method\", \"uri\", \"protocol\", \"headers\": [[name, value]...], \"body\"}, \"response\":"
                    + " {\"status\", \"headers\", \"body\"}}";

    private static final ObjectMapper JSON = new ObjectMapper(JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(LONGEST_TEXT)
                    .build())
            .build());

    /** A header. */
    public record Header(Bytes name, Bytes value) {}

    /** The request of a case. */
    public record Request(Bytes method, Bytes uri, Bytes protocol, List<Header> headers, Bytes body) {
        public Request {
            headers = List.copyOf(headers);
        }
    }

    /** The response of a case. */
    public record Response(int status, List<Header> headers, Bytes body) {
        public Response {
            headers = List.copyOf(headers);
        }
    }

    /**
     * Reads a JSON array of cases, or one after the other, and hands each on before the next is read.
     *
     * @return how many there were
     * @throws IOException with the place, if it is not JSON or not a case; those before it have been handed on
     */
    public static int read(InputStream in, Consumer<Case> cases) throws IOException {
        int read = 0;
        try (JsonParser parser = JSON.createParser(in)) {
            boolean array = false;
            for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
                switch (token) {
                    case START_ARRAY -> {
                        if (array) {
                            throw wrong(read, "is a list (expected: " + SHAPE + ")");
                        }
                        array = true;
                    }
                    case END_ARRAY -> array = false;
                    default -> {
                        JsonNode node = JSON.readTree(parser);
                        cases.accept(of(node, read));
                        read++;
                    }
                }
            }
        } catch (JsonProcessingException e) {
            throw new IOException(
                    "case " + (read + 1) + " is not JSON: line "
                            + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ": " + e.getOriginalMessage(),
                    e);
        }
        return read;
    }

    /** Reads all cases. */
    public static List<Case> read(InputStream in) throws IOException {
        List<Case> cases = new ArrayList<>();
        read(in, cases::add);
        return cases;
    }

    private static IOException wrong(int index, String what) {
        return new IOException("case " + (index + 1) + " " + what);
    }

    private static Case of(JsonNode node, int index) throws IOException {
        JsonNode request = node.path("request");
        if (!request.isObject()) {
            throw wrong(index, "has no request (expected: " + SHAPE + ")");
        }
        JsonNode response = node.path("response");
        if (!response.isMissingNode() && !response.isNull() && !response.isObject()) {
            throw wrong(index, "has " + response.getNodeType() + " as its response (expected: an object, or none)");
        }
        return new Case(
                node.path("name").asText("case-" + (index + 1)),
                new Request(
                        text(request, "method", "GET", index),
                        text(request, "uri", "/", index),
                        text(request, "protocol", "HTTP/1.1", index),
                        headers(request, index),
                        text(request, "body", "", index)),
                response.isObject()
                        ? Optional.of(new Response(
                                response.path("status").asInt(200),
                                headers(response, index),
                                text(response, "body", "", index)))
                        : Optional.empty());
    }

    private static Bytes text(JsonNode node, String field, String fallback, int index) throws IOException {
        JsonNode value = node.path(field);
        if (value.isContainerNode()) {
            throw wrong(index, field + ": " + value.getNodeType() + " (expected: a string)");
        }
        return bytes(value.asText(fallback), field, index);
    }

    private static Bytes bytes(String text, String field, int index) throws IOException {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) > 0xff) {
                throw wrong(
                        index,
                        field + ": character U+" + "%04X".formatted((int) text.charAt(i)) + " at " + i
                                + " (expected: up to U+00FF, each is one byte; a character of UTF-8 is its bytes)");
            }
        }
        return Bytes.latin1(text);
    }

    private static List<Header> headers(JsonNode node, int index) throws IOException {
        JsonNode list = node.path("headers");
        if (!list.isMissingNode() && !list.isNull() && !list.isArray()) {
            throw wrong(index, "headers: " + list.getNodeType() + " (expected: [[name, value]...])");
        }
        List<Header> headers = new ArrayList<>();
        for (JsonNode pair : list) {
            if (!pair.isArray()
                    || pair.size() != 2
                    || !pair.get(0).isValueNode()
                    || !pair.get(1).isValueNode()) {
                throw wrong(index, "headers[" + headers.size() + "]: " + pair + " (expected: [name, value])");
            }
            headers.add(new Header(
                    bytes(pair.get(0).asText(), "headers", index),
                    bytes(pair.get(1).asText(), "headers", index)));
        }
        return headers;
    }
}
