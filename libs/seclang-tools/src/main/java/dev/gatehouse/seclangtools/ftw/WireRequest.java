package dev.gatehouse.seclangtools.ftw;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Makes the bytes that go-ftw sends for a test's input, with the same additions, encodings and rewrites. */
final class WireRequest {
    private static final String FORM = "application/x-www-form-urlencoded";

    /** As go-ftw has it, though the anchors hold for the first and the last name alone. */
    private static final Pattern WITH_BODY = Pattern.compile("^POST|PUT|PATCH|DELETE$");

    private WireRequest() {}

    static Bytes of(FtwTest.Input input) {
        if (input.encodedRequest().isPresent()) {
            return Bytes.of(
                    Base64.getMimeDecoder().decode(input.encodedRequest().get()));
        }
        List<FtwTest.Header> headers = new ArrayList<>(input.headers());
        Bytes data = data(input);
        if (data.length() > 0 && input.autocomplete()) {
            if (!has(headers, "Content-Type")) {
                headers.add(new FtwTest.Header("Content-Type", FORM));
            }
            if (headers.stream()
                    .anyMatch(header ->
                            is(header, "Content-Type") && header.value().equalsIgnoreCase(FORM))) {
                data = encodeForm(data);
            }
        }
        if (headers.stream()
                .anyMatch(header -> is(header, "Content-Type")
                        && header.value().toLowerCase(Locale.ROOT).contains("multipart/form-data;"))) {
            data = withCarriageReturns(data);
        }
        if (input.autocomplete()) {
            if (!has(headers, "Connection")) {
                headers.add(new FtwTest.Header("Connection", "close"));
            }
            boolean counted =
                    data.length() > 0 || WITH_BODY.matcher(input.method()).find();
            if (!has(headers, "Content-Length") && counted) {
                headers.add(new FtwTest.Header("Content-Length", Integer.toString(data.length())));
            }
        }
        BytesBuilder request = new BytesBuilder(1024 + data.length());
        request.append(Bytes.utf8(input.method() + " " + input.uri() + " " + input.version() + "\r\n"));
        for (FtwTest.Header header : headers) {
            request.append(Bytes.utf8(header.name() + ": " + header.value() + "\r\n"));
        }
        return request.append("\r\n").append(data).build();
    }

    private static Bytes data(FtwTest.Input input) {
        if (input.data().isPresent()) {
            return GoTemplate.expand(input.data().get()).map(Bytes::utf8).orElse(Bytes.EMPTY);
        }
        return input.encodedData()
                .map(text -> Bytes.of(Base64.getMimeDecoder().decode(text)))
                .orElse(Bytes.EMPTY);
    }

    private static boolean has(List<FtwTest.Header> headers, String name) {
        return headers.stream().anyMatch(header -> is(header, name));
    }

    private static boolean is(FtwTest.Header header, String name) {
        return header.name().equalsIgnoreCase(name);
    }

    private static Bytes withCarriageReturns(Bytes data) {
        BytesBuilder text = new BytesBuilder(data.length() + 64);
        for (int i = 0; i < data.length(); i++) {
            if (data.at(i) == '\n') {
                text.append('\r');
            }
            text.append(data.at(i));
        }
        return text.build();
    }

    /** A form that has nothing to decode was written plainly, and is encoded. */
    private static Bytes encodeForm(Bytes data) {
        if (unescaped(data).filter(plain -> plain.equals(data)).isEmpty()) {
            return data;
        }
        BytesBuilder form = new BytesBuilder(data.length() * 2);
        int from = 0;
        while (from < data.length()) {
            int next = data.indexOf('&', from);
            Bytes token = data.slice(from, next < 0 ? data.length() : next);
            int equals = token.indexOf('=', 0);
            if (from > 0) {
                form.append('&');
            }
            escape(token.slice(0, equals < 0 ? token.length() : equals), form);
            if (equals >= 0) {
                form.append('=');
                escape(token.slice(equals + 1), form);
            }
            from = next < 0 ? data.length() : next + 1;
        }
        return form.build();
    }

    /** Go's url.QueryUnescape; empty where it fails. */
    private static Optional<Bytes> unescaped(Bytes data) {
        BytesBuilder plain = new BytesBuilder(data.length());
        int i = 0;
        while (i < data.length()) {
            int b = data.at(i);
            if (b == '%') {
                if (i + 2 >= data.length() || !Ascii.isHex(data.at(i + 1)) || !Ascii.isHex(data.at(i + 2))) {
                    return Optional.empty();
                }
                plain.append(Ascii.hex(data.at(i + 1)) * 16 + Ascii.hex(data.at(i + 2)));
                i += 3;
            } else {
                plain.append(b == '+' ? ' ' : b);
                i++;
            }
        }
        return Optional.of(plain.build());
    }

    /** Go's url.QueryEscape. */
    private static void escape(Bytes text, BytesBuilder escaped) {
        for (int i = 0; i < text.length(); i++) {
            int b = text.at(i);
            if (b == ' ') {
                escaped.append('+');
            } else if (Ascii.isAlphanumeric(b) || b == '-' || b == '_' || b == '.' || b == '~') {
                escaped.append(b);
            } else {
                escaped.append(String.format(Locale.ROOT, "%%%02X", b));
            }
        }
    }
}
