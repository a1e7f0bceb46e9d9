package dev.gatehouse.seclangtools.eval;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.seclang.bytes.Bytes;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A request, and maybe its response. Each character of a string is one byte (Latin-1). */
public record Case(String name, Request request, Optional<Response> response) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A header. */
    public record Header(Bytes name, Bytes value) {}

    /** What is asked. */
    public record Request(Bytes method, Bytes uri, Bytes protocol, List<Header> headers, Bytes body) {
        public Request {
            headers = List.copyOf(headers);
        }
    }

    /** What is answered. */
    public record Response(int status, List<Header> headers, Bytes body) {
        public Response {
            headers = List.copyOf(headers);
        }
    }

    /** Reads a JSON array of cases, or one after the other. */
    public static List<Case> read(InputStream in) throws IOException {
        List<Case> cases = new ArrayList<>();
        try (MappingIterator<JsonNode> values = JSON.readerFor(JsonNode.class).readValues(in)) {
            while (values.hasNext()) {
                JsonNode value = values.next();
                if (value.isArray()) {
                    for (JsonNode item : value) {
                        cases.add(of(item, cases.size()));
                    }
                } else {
                    cases.add(of(value, cases.size()));
                }
            }
        }
        return cases;
    }

    private static Case of(JsonNode node, int index) throws IOException {
        JsonNode request = node.path("request");
        if (!request.isObject()) {
            throw new IOException("case " + (index + 1) + " has no request (expected: {\"name\", \"request\":"
                    + " {\"method\", \"uri\", \"protocol\", \"headers\": [[name, value]…], \"body\"}})");
        }
        JsonNode response = node.path("response");
        return new Case(
                node.path("name").asText("case-" + (index + 1)),
                new Request(
                        text(request, "method", "GET"),
                        text(request, "uri", "/"),
                        text(request, "protocol", "HTTP/1.1"),
                        headers(request),
                        text(request, "body", "")),
                response.isObject()
                        ? Optional.of(new Response(
                                response.path("status").asInt(200), headers(response), text(response, "body", "")))
                        : Optional.empty());
    }

    private static Bytes text(JsonNode node, String field, String fallback) {
        return Bytes.latin1(node.path(field).asText(fallback));
    }

    private static List<Header> headers(JsonNode node) {
        List<Header> headers = new ArrayList<>();
        for (JsonNode pair : node.path("headers")) {
            headers.add(new Header(
                    Bytes.latin1(pair.path(0).asText()),
                    Bytes.latin1(pair.path(1).asText())));
        }
        return headers;
    }
}
