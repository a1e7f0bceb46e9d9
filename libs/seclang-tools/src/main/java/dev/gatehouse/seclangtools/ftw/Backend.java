package dev.gatehouse.seclangtools.ftw;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.gatehouse.seclang.bytes.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The server behind the firewall: answers as albedo does, the backend that the tests of the Core Rule Set are written for. */
final class Backend {
    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String CAPABILITIES = """
            {"endpoints":[{"path":"/*","methods":["*"]},{"path":"/reflect","methods":["POST"]},\
            {"path":"/configure_reflection","methods":["POST"]},{"path":"/reset","methods":["PUT"]},\
            {"path":"/inspect","methods":["GET"]},{"path":"/capabilities","methods":["GET"]}]}""";

    /** An answer. */
    record Answer(int status, List<FtwTest.Header> headers, Bytes body) {
        Answer {
            headers = List.copyOf(headers);
        }

        Optional<String> header(String name) {
            return headers.stream()
                    .filter(header -> header.name().equalsIgnoreCase(name))
                    .map(FtwTest.Header::value)
                    .findFirst();
        }
    }

    /** What every path but its own answers; set by {@code /configure_reflection}. */
    private Optional<Answer> configured = Optional.empty();

    Answer answer(WireMessage request) {
        Optional<String> refusal = request.refusal();
        if (refusal.isPresent()) {
            return typed(400, List.of(), Bytes.latin1("400 Bad Request: " + refusal.get()));
        }
        String target = request.target().toString();
        int mark = target.indexOf('?');
        String path = mark < 0 ? target : target.substring(0, mark);
        String method = request.method().toString();
        return switch (path) {
            case "/reflect" -> method.equals("POST") ? reflect(request) : empty();
            case "/configure_reflection" -> {
                if (!method.equals("POST")) {
                    yield empty();
                }
                Answer next = reflect(request);
                configured = Optional.of(next);
                yield empty();
            }
            case "/reset" -> {
                configured = Optional.empty();
                yield empty();
            }
            case "/capabilities" -> typed(200, List.of(), Bytes.latin1(CAPABILITIES));
            case "/inspect" -> typed(200, List.of(), request.body());
            default -> configured.orElseGet(Backend::empty);
        };
    }

    static Answer reply(FtwTest.Reply reply) {
        return typed(reply.status(), reply.headers(), Bytes.of(reply.body()));
    }

    private static Answer empty() {
        return new Answer(200, List.of(new FtwTest.Header("Content-Length", "0")), Bytes.EMPTY);
    }

    private static Answer reflect(WireMessage request) {
        JsonNode spec;
        try {
            spec = JSON.readTree(request.body().toString().getBytes(StandardCharsets.ISO_8859_1));
        } catch (JsonProcessingException e) {
            return typed(400, List.of(), Bytes.latin1("Invalid JSON in request body"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        int status = spec.path("status").asInt(200);
        if (!spec.isObject() || status < 100 || status > 599) {
            return typed(400, List.of(), Bytes.latin1("Invalid reflection"));
        }
        List<FtwTest.Header> headers = new ArrayList<>();
        spec.path("headers")
                .properties()
                .forEach(header -> headers.add(
                        new FtwTest.Header(header.getKey(), header.getValue().asText())));
        Bytes body = spec.hasNonNull("encodedBody")
                        && !spec.path("encodedBody").asText().isEmpty()
                ? Bytes.of(
                        Base64.getMimeDecoder().decode(spec.path("encodedBody").asText()))
                : Bytes.utf8(spec.path("body").asText(""));
        return typed(status, headers, body);
    }

    private static Answer typed(int status, List<FtwTest.Header> headers, Bytes body) {
        List<FtwTest.Header> all = new ArrayList<>(headers);
        if (body.length() > 0 && all.stream().noneMatch(header -> header.name().equalsIgnoreCase("Content-Type"))) {
            all.add(new FtwTest.Header("Content-Type", sniff(body)));
        }
        all.add(new FtwTest.Header("Content-Length", Integer.toString(body.length())));
        return new Answer(status, all, body);
    }

    /** The WHATWG's MIME sniffing as Go's servers do it, for what tests send: HTML, XML, text, or bytes. */
    private static String sniff(Bytes body) {
        String head = body.slice(0, Math.min(512, body.length())).toString();
        String start = head.stripLeading().toLowerCase(Locale.ROOT);
        for (String tag : List.of(
                "<!doctype html",
                "<html",
                "<head",
                "<script",
                "<iframe",
                "<h1",
                "<div",
                "<font",
                "<table",
                "<a",
                "<style",
                "<title",
                "<b",
                "<body",
                "<br",
                "<p",
                "<!--")) {
            boolean ends = start.length() > tag.length()
                    && (start.charAt(tag.length()) == ' ' || start.charAt(tag.length()) == '>');
            if (start.startsWith(tag) && (ends || tag.equals("<!--"))) {
                return "text/html; charset=utf-8";
            }
        }
        if (start.startsWith("<?xml")) {
            return "text/xml; charset=utf-8";
        }
        boolean binary =
                head.chars().anyMatch(c -> c <= 8 || c == 0x0b || (c >= 0x0e && c <= 0x1a) || (c >= 0x1c && c <= 0x1f));
        return binary ? "application/octet-stream" : "text/plain; charset=utf-8";
    }
}
