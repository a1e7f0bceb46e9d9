package dev.gatehouse.seclangtools.ftw;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A request as it is read from the wire. Reading is lenient, so that rules see what was sent; what a server refuses is in
 * {@link #refusal}.
 *
 * @param version empty: a request line of HTTP/0.9
 */
record WireMessage(Bytes method, Bytes target, Bytes version, List<Header> headers, Bytes body) {
    private static final Bytes CHUNKED = Bytes.latin1("chunked");
    private static final Bytes LENGTH = Bytes.latin1("Content-Length");

    /** A header as it was sent, without the white space around its value. */
    record Header(Bytes name, Bytes value) {}

    WireMessage {
        headers = List.copyOf(headers);
    }

    static WireMessage read(Bytes wire) {
        int lineEnd = end(wire, 0);
        Bytes line = withoutReturn(wire.slice(0, lineEnd));
        int begin = 0;
        while (begin < line.length() && Ascii.isSpace(line.at(begin))) {
            begin++;
        }
        int first = line.indexOf(' ', begin);
        int last = line.lastIndexOf(' ');
        Bytes method = line.slice(0, first < 0 ? line.length() : first);
        Bytes target =
                first < 0 ? Bytes.EMPTY : line.slice(Math.min(first + 1, line.length()), Math.max(last, first + 1));
        Bytes version = last > first ? line.slice(last + 1) : Bytes.EMPTY;
        if (last == first && first >= 0) {
            target = line.slice(first + 1);
        }
        List<Header> headers = new ArrayList<>();
        int at = Math.min(lineEnd + 1, wire.length());
        while (at < wire.length()) {
            int to = end(wire, at);
            Bytes header = withoutReturn(wire.slice(at, to));
            at = Math.min(to + 1, wire.length());
            if (header.length() == 0) {
                break;
            }
            int colon = header.indexOf(':', 0);
            headers.add(
                    colon < 0
                            ? new Header(header, Bytes.EMPTY)
                            : new Header(
                                    header.slice(0, colon),
                                    header.slice(colon + 1).trim()));
        }
        Bytes rest = wire.slice(at);
        Bytes body = body(headers, rest);
        return new WireMessage(method, target, version, combined(headers), body);
    }

    /**
     * As httpd has them, which the tests are written for: fields of a name are one (RFC 9110, section 5.3), and a length beside
     * chunks is dropped (RFC 9112, section 6.1).
     */
    private static List<Header> combined(List<Header> headers) {
        List<Header> combined = new ArrayList<>();
        boolean chunked = find(headers, "Transfer-Encoding").isPresent();
        for (Header header : headers) {
            if (chunked && header.name().equalsIgnoringCase(LENGTH)) {
                continue;
            }
            int same = -1;
            for (int i = 0; i < combined.size(); i++) {
                same = combined.get(i).name().equalsIgnoringCase(header.name()) ? i : same;
            }
            if (same < 0) {
                combined.add(header);
            } else {
                Header first = combined.get(same);
                combined.set(
                        same,
                        new Header(
                                first.name(),
                                new BytesBuilder(64)
                                        .append(first.value())
                                        .append(", ")
                                        .append(header.value())
                                        .build()));
            }
        }
        return combined;
    }

    /** Whether no reader of HTTP/1.1 takes it (RFC 9112, section 2.2): control characters in a header. Rules never see it. */
    boolean isUnreadable() {
        return headers.stream().anyMatch(header -> header.value().chars().anyMatch(WireMessage::isControl));
    }

    private static boolean isControl(int c) {
        return (c < ' ' && c != '\t') || c == 0x7f;
    }

    private static int end(Bytes wire, int from) {
        int end = wire.indexOf('\n', from);
        return end < 0 ? wire.length() : end;
    }

    private static Bytes withoutReturn(Bytes line) {
        boolean returned = line.length() > 0 && line.at(line.length() - 1) == '\r';
        return returned ? line.slice(0, line.length() - 1) : line;
    }

    /** RFC 9112, section 6.3: without a length and without chunks there is no body. */
    private static Bytes body(List<Header> headers, Bytes rest) {
        Optional<Bytes> coding = find(headers, "Transfer-Encoding");
        if (coding.filter(value ->
                        value.length() >= 7 && value.slice(value.length() - 7).equalsIgnoringCase(CHUNKED))
                .isPresent()) {
            return chunks(rest);
        }
        return find(headers, "Content-Length")
                .filter(WireMessage::isNumber)
                .map(length -> rest.slice(0, (int) Math.min(Long.parseLong(length.toString()), rest.length())))
                .orElse(Bytes.EMPTY);
    }

    private static Bytes chunks(Bytes rest) {
        BytesBuilder body = new BytesBuilder(rest.length());
        int at = 0;
        while (at < rest.length()) {
            int lineEnd = end(rest, at);
            long size = 0;
            for (int i = at; i < lineEnd && Ascii.isHex(rest.at(i)) && size < rest.length(); i++) {
                size = size * 16 + Ascii.hex(rest.at(i));
            }
            int from = Math.min(lineEnd + 1, rest.length());
            int to = (int) Math.min(from + size, rest.length());
            if (size == 0) {
                return body.build();
            }
            body.append(rest.slice(from, to));
            at = Math.min(end(rest, to) + 1, rest.length());
        }
        return body.build();
    }

    private static Optional<Bytes> find(List<Header> headers, String name) {
        Bytes wanted = Bytes.latin1(name);
        return headers.stream()
                .filter(header -> header.name().equalsIgnoringCase(wanted))
                .map(Header::value)
                .findFirst();
    }

    /** The first of the name. */
    Optional<Bytes> header(String name) {
        return find(headers, name);
    }

    private static boolean isNumber(Bytes text) {
        return text.length() > 0 && text.length() < 19 && text.chars().allMatch(Ascii::isDigit);
    }

    /** Why a server that follows RFC 9110, 9112 and 3986 to the letter answers 400; empty if it does not. */
    Optional<String> refusal() {
        if (method.length() == 0 || !method.chars().allMatch(WireMessage::isToken)) {
            return Optional.of("the method is no token");
        }
        if (!version.toString().matches("HTTP/[1-9]\\.[0-9]")) {
            return Optional.of("the version is none");
        }
        if (!isTarget()) {
            return Optional.of("the target is none");
        }
        if (isUnreadable()) {
            return Optional.of("a header has control characters");
        }
        for (Header header : headers) {
            if (header.name().length() == 0 || !header.name().chars().allMatch(WireMessage::isToken)) {
                return Optional.of("a header's name is no token");
            }
        }
        List<Header> hosts = headers.stream()
                .filter(header -> header.name().equalsIgnoringCase(Bytes.latin1("Host")))
                .toList();
        boolean host = hosts.size() == 1 && isHost(hosts.getFirst().value());
        if (!host && !(hosts.isEmpty() && version.toString().equals("HTTP/1.0"))) {
            return Optional.of("there is not one host");
        }
        return header("Content-Length").filter(length -> !isNumber(length)).map(length -> "the length is no number");
    }

    private boolean isTarget() {
        String text = target.toString();
        if (text.isEmpty() || text.chars().anyMatch(c -> c <= ' ' || c == 0x7f) || text.indexOf('#') >= 0) {
            return false;
        }
        if (method.toString().equals("CONNECT")) {
            return text.matches("[^/?]+:[0-9]+");
        }
        return text.startsWith("/") || text.equals("*") || text.matches("[A-Za-z][A-Za-z0-9+.-]*:.*");
    }

    /** RFC 3986, section 3.2.2, with a port. */
    private static boolean isHost(Bytes value) {
        String text = value.toString();
        return text.matches("(\\[[0-9A-Fa-f:.]+\\]|[A-Za-z0-9._~!$&'()*+,;=-]+)(:[0-9]*)?");
    }

    private static boolean isToken(int c) {
        return Ascii.isAlphanumeric(c) || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
}
