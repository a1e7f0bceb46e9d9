package dev.gatehouse.authz.request;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The query of a path: pairs between ampersands, percent-encoded, with "+" for a space (as forms encode, application/x-www-form-urlencoded).
 * A percent sign that begins no encoding stands for itself.
 */
public final class Query {
    private final List<Pair> pairs;

    private record Pair(String rawName, String name, String value) {}

    private Query(List<Pair> pairs) {
        this.pairs = List.copyOf(pairs);
    }

    /** @param path with its query, if it has one */
    public static Query of(String path) {
        List<Pair> pairs = new ArrayList<>();
        int mark = path.indexOf('?');
        if (mark >= 0) {
            int hash = path.indexOf('#', mark);
            String query = path.substring(mark + 1, hash < 0 ? path.length() : hash);
            for (String part : query.split("&")) {
                int equals = part.indexOf('=');
                String name = equals < 0 ? part : part.substring(0, equals);
                pairs.add(new Pair(name, decode(name), equals < 0 ? "" : decode(part.substring(equals + 1))));
            }
        }
        return new Query(pairs);
    }

    /** Of the first of that name, decoded. */
    public Optional<String> value(String name) {
        return pairs.stream()
                .filter(pair -> pair.name().equals(name))
                .map(Pair::value)
                .findFirst();
    }

    /** Of all of that name, decoded, in their order. */
    public List<String> values(String name) {
        return pairs.stream()
                .filter(pair -> pair.name().equals(name))
                .map(Pair::value)
                .toList();
    }

    /** Every way in which the name is written in this query: an encoded one is still the same parameter to a backend. */
    public List<String> spellings(String name) {
        return pairs.stream()
                .filter(pair -> pair.name().equals(name))
                .map(Pair::rawName)
                .distinct()
                .toList();
    }

    static String decode(String text) {
        if (text.indexOf('%') < 0 && text.indexOf('+') < 0) {
            return text;
        }
        byte[] in = text.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(in.length);
        for (int i = 0; i < in.length; i++) {
            if (in[i] == '%' && i + 2 < in.length && hex(in[i + 1]) >= 0 && hex(in[i + 2]) >= 0) {
                out.write(hex(in[i + 1]) << 4 | hex(in[i + 2]));
                i += 2;
            } else {
                out.write(in[i] == '+' ? ' ' : in[i]);
            }
        }
        return out.toString(StandardCharsets.UTF_8);
    }

    private static int hex(byte digit) {
        return Character.digit(digit, 16);
    }
}
