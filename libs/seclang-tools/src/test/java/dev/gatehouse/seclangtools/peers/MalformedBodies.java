package dev.gatehouse.seclangtools.peers;

import dev.gatehouse.seclangtools.peers.Engines.Post;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes bodies of every type, sound and broken, with content types as clients and attackers write them. */
final class MalformedBodies {
    private static final List<String> ATTACKS = List.of(
            "7 or 2\u00c0\u00be1",
            "5\u00c0\u00a7; DROP TABLE orders; --",
            "1' or '1'='1",
            "<script>alert(1)</script>",
            "../../etc/passwd",
            "\u00bcscript\u00be",
            "' union select 1--",
            "hello",
            "42",
            "Jane Doe");
    private static final List<String> TYPES = List.of(
            "application/octet-stream",
            "image/png",
            "text/plain",
            "text/plain; charset=utf-8",
            "application/zip",
            "application/grpc",
            "text/calendar",
            "application/x-protobuf",
            "multipart/mixed; boundary=b",
            "multipart/related; boundary=b",
            "foo",
            "application/pdf",
            "video/mp4",
            "application/x-www-form-urlencodedx",
            "x-www-form-urlencoded",
            "");

    private final MalformedInput input;
    private final List<Post> bodies = new ArrayList<>();

    MalformedBodies(long seed) {
        input = new MalformedInput(seed);
    }

    /** So many of each kind. */
    List<Post> make(int each) {
        for (int i = 0; i < each; i++) {
            add("form", Optional.of(formType()), form());
            add("multipart", Optional.of(multipartType()), multipart());
            add("json", Optional.of("application/json"), json());
            add("xml", Optional.of(input.any(List.of("text/xml", "application/xml", "application/soap+xml"))), xml());
            if (i % 4 == 0) {
                add("other", input.oneIn(8) ? Optional.empty() : Optional.of(input.any(TYPES)), other());
            }
        }
        return bodies;
    }

    private void add(String kind, Optional<String> type, String body) {
        bodies.add(new Post(kind + "-" + bodies.size(), "/", type, body));
    }

    private String word() {
        return input.oneIn(3)
                ? input.any(ATTACKS)
                : input.oneIn(3) ? input.value(4) : input.any(List.of("a", "b", "name", "x1", "some text"));
    }

    private String formType() {
        return input.any(List.of(
                "application/x-www-form-urlencoded",
                "application/x-www-form-urlencoded; charset=utf-8",
                "Application/X-WWW-Form-URLencoded",
                "application/x-www-form-urlencoded;charset=\"utf-8\""));
    }

    private String form() {
        StringBuilder form = new StringBuilder();
        for (int i = input.below(3); i >= 0; i--) {
            form.append(form.isEmpty() ? "" : "&")
                    .append(input.any(List.of("a", "b", "c%5b%5d", "")))
                    .append(input.oneIn(12) ? "" : "=")
                    .append(input.oneIn(2) ? MalformedInput.escaped(word()) : word());
        }
        return input.broken(form.toString());
    }

    /** Content types with a boundary that is {@code b-1} for readers that keep to RFC 9110, and with some that are not. */
    private String multipartType() {
        String type = input.any(List.of("multipart/form-data", "Multipart/Form-Data", "multipart/form-data"));
        String name = input.any(List.of("boundary", "boundary", "Boundary", "BOUNDARY"));
        String value = input.any(List.of(
                "b-1",
                "\"b-1\"",
                "b-1",
                "\"b-1\"",
                "\"b\\-1\"",
                "\"b-1",
                "b-1\"",
                "'b-1'",
                "b-1,x",
                "\"b-1\"x",
                "b 1",
                "\"b 1\""));
        String before = input.any(List.of(
                "; ", ";", " ; ", "; ", ";\t", ", ", " ", "; charset=utf-8; ", "; charset=\"utf-8\"; ", ";;", "; a; "));
        String after = input.any(List.of(
                "",
                "",
                "",
                "",
                "",
                "; charset=utf-8",
                ";charset=\"utf-8\"",
                " ; charset=utf-8",
                ";",
                "; ",
                "; boundary=c",
                "; x=\"boundary=c\"",
                "; x"));
        String equals = input.oneIn(10) ? input.any(List.of(" =", "= ", "*=", "*0=")) : "=";
        return type + before + name + equals + value + after;
    }

    private String multipart() {
        String end = input.oneIn(8) ? "\n" : "\r\n";
        StringBuilder body = new StringBuilder(input.oneIn(15) ? "preamble" + end : "");
        for (int i = input.below(3); i >= 0; i--) {
            body.append("--b-1")
                    .append(input.oneIn(20) ? input.any(List.of(" ", "x", "\t", "--")) : "")
                    .append(end);
            if (input.oneIn(8)) {
                body.append(input.any(List.of(
                                "Content-Type: text/plain",
                                "X-A: b",
                                "content-type : text/plain",
                                "Content-Transfer-Encoding: base64",
                                " folded",
                                ":",
                                "no colon")))
                        .append(end);
            }
            body.append(disposition()).append(end).append(end);
            body.append(word().replace("\r", "").replace("\n", "")).append(end);
        }
        body.append("--b-1--").append(end).append(input.oneIn(15) ? "epilogue" : "");
        return input.oneIn(2) ? body.toString() : input.broken(body.toString());
    }

    private String disposition() {
        String name = input.any(List.of("\"a\"", "\"a\"", "\"a\"", "a", "\"a\\\"b\"", "'a'", "\"a", "\"\"", "\"a;b\""));
        String file = input.oneIn(2)
                ? ""
                : input.any(List.of("; ", ";", " ; "))
                        + input.any(List.of("filename", "filename", "FILENAME", "filename*", "filename*0"))
                        + input.any(List.of("=", "=", " = "))
                        + input.any(List.of(
                                "\"x.php\"",
                                "\"x.php\"",
                                "x.php",
                                "\"x\\\".php\"",
                                "utf-8''x%2ephp",
                                "\"x.php",
                                "\"\"",
                                "'x;.php'"));
        return input.any(List.of("Content-Disposition", "Content-Disposition", "content-disposition")) + ": "
                + (input.oneIn(20) ? "attachment" : "form-data") + input.any(List.of("; ", "; ", ";", " ; ")) + "name="
                + name + file
                + (input.oneIn(25) ? "; name=\"z\"" : "");
    }

    private String json() {
        String json = value(0);
        return input.oneIn(3) ? json : input.broken(json);
    }

    private String value(int depth) {
        return switch (input.below(depth > 3 ? 6 : 9)) {
            case 0, 1, 2 -> "\"" + string() + "\"";
            case 3 ->
                input.any(List.of(
                        "1", "-1.5", "1e9", "01", "1.", ".5", "+1", "NaN", "Infinity", "1e", "-", "0x1", "1E+2"));
            case 4 -> input.any(List.of("true", "false", "null", "True", "nul", "undefined"));
            case 5 -> "\"" + input.any(ATTACKS) + "\"";
            case 6 ->
                "[" + value(depth + 1) + input.any(List.of("", ",", ", ", ","))
                        + (input.oneIn(2) ? value(depth + 1) : "") + "]";
            default ->
                "{" + input.any(List.of(" ", "", "\n", "/*c*/", "\u000b")) + "\"" + string() + "\""
                        + input.any(List.of(":", ":", " : ", "", "=")) + value(depth + 1)
                        + (input.oneIn(3) ? ",\"k\":" + value(depth + 1) : "") + (input.oneIn(15) ? "," : "") + "}";
        };
    }

    private String string() {
        return input.any(List.of(
                        "a",
                        "key",
                        "a.b",
                        "\\u0041",
                        "\\ud83d\\ude00",
                        "\\ud800",
                        "\\u00",
                        "\\x41",
                        "\\n",
                        "\\'",
                        "\u00e9",
                        "\u00c3\u00a9",
                        "\u00c0\u00a7",
                        "\n",
                        "\\u0000",
                        "\0",
                        ""))
                + (input.oneIn(3) ? input.any(List.of("b", "\\/", "\\", "\t")) : "");
    }

    private String xml() {
        String declaration = input.oneIn(4)
                ? input.any(List.of(
                        "<?xml version=\"1.0\"?>",
                        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>",
                        "<?xml version=\"1.1\"?>",
                        " <?xml version=\"1.0\"?>",
                        "<?pi x?>",
                        "\u00ef\u00bb\u00bf",
                        "<!-- c -->",
                        "<!-- a--b -->",
                        "<!DOCTYPE a>",
                        "<!DOCTYPE a [<!ENTITY e \"f\">]>"))
                : "";
        String xml = declaration
                + element(0)
                + (input.oneIn(15) ? input.any(List.of("<b/>", "text", "<!-- -->", "&amp;")) : "");
        return input.oneIn(2) ? xml : input.broken(xml);
    }

    private String element(int depth) {
        String name = input.any(List.of("a", "a", "b", "n:c", "\u00c3\u00a9", "a-b", "1a", "a b"));
        String attribute = input.oneIn(3)
                ? " "
                        + input.any(List.of(
                                "x=\"1\"",
                                "x='1'",
                                "x=1",
                                "x",
                                "x=\"<\"",
                                "x=\"&amp;\"",
                                "x=\"&bad\"",
                                "x=\"1\" x=\"2\"",
                                "x=\"" + xmlText() + "\"",
                                "x = \"1\"",
                                "x=\"1\"y=\"2\""))
                : "";
        StringBuilder inside = new StringBuilder();
        for (int i = input.below(3); i > 0; i--) {
            inside.append(depth < 3 && input.oneIn(2) ? element(depth + 1) : xmlText());
        }
        return inside.isEmpty() && input.oneIn(2)
                ? "<" + name + attribute + "/>"
                : "<" + name + attribute + ">" + inside + "</" + name.replace(" b", "") + ">";
    }

    private String xmlText() {
        return input.any(List.of(
                "text",
                "some words",
                "&amp;",
                "&lt;",
                "&#65;",
                "&#x41;",
                "&#0;",
                "&#11;",
                "&#x110000;",
                "&#xD800;",
                "&#xFFFE;",
                "&bogus;",
                "&",
                "&;",
                "\u000b",
                "\0",
                "\u0001",
                "\u001f",
                "\u007f",
                "\u0085",
                "\u00c2\u0085",
                "\u00ef\u00bf\u00be",
                "\u00ef\u00bf\u00bf",
                "\u00ed\u00a0\u0080",
                "\u00c0\u00a7",
                "\u00e9",
                "\u00c3\u00a9",
                "\t",
                "\r",
                "\n",
                "]]>",
                ">",
                "<![CDATA[x<y]]>",
                "<![CDATA[\u000b]]>",
                "<!-- c -->",
                "<!-- \u000b -->",
                "<!-- a--b -->",
                "<?p i?>",
                "<?p \u000b?>",
                "<?xml version=\"1.0\"?>",
                "<![CDATA[",
                "<!",
                "\"",
                "\u00f0\u009f\u0098\u0080",
                "\u00f4\u0090\u0080\u0080"));
    }

    private String other() {
        return switch (input.below(4)) {
            case 0 -> input.bytes(200);
            case 1 -> form();
            case 2 -> input.broken("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nEND:VCALENDAR\r\n");
            default -> "\u0089PNG\r\n\u001a\n\0\0\0\rIHDR" + input.bytes(60);
        };
    }
}
