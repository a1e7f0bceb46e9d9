package dev.gatehouse.seclang;

import dev.gatehouse.seclang.body.FieldSink;
import dev.gatehouse.seclang.bytes.Bytes;

/**
 * Reads a {@code Cookie} header (RFC 6265, section 5.4) as leniently as servers do, so that rules see every cookie that
 * some server would see.
 */
final class Cookies {
    private static final int DELETE = 0x7f;

    private Cookies() {}

    /**
     * Reads one header.
     *
     * @param format 0: pairs are separated by the separator; 1: by semicolons and commas, values may be quoted, names with $ are attributes
     */
    static void read(Bytes header, int format, int separator, FieldSink sink) {
        int from = 0;
        while (from < header.length()) {
            int to = end(header, from, format, separator);
            Bytes pair = trim(header.slice(from, to));
            int equals = pair.indexOf('=', 0);
            Bytes name = trim(pair.slice(0, equals < 0 ? pair.length() : equals));
            Bytes value = equals < 0 ? Bytes.EMPTY : trim(pair.slice(equals + 1));
            boolean attribute = format == 1 && name.length() > 0 && name.at(0) == '$';
            if (!attribute && (name.length() > 0 || value.length() > 0)) {
                sink.take(name, format == 1 ? unquote(value) : value);
            }
            from = to + 1;
        }
    }

    private static int end(Bytes header, int from, int format, int separator) {
        boolean quoted = false;
        for (int i = from; i < header.length(); i++) {
            int b = header.at(i);
            if (format == 1 && b == '"') {
                quoted = !quoted;
            }
            if (format == 1 ? !quoted && (b == ';' || b == ',') : b == separator) {
                return i;
            }
        }
        return header.length();
    }

    private static Bytes unquote(Bytes value) {
        boolean quoted = value.length() > 1 && value.at(0) == '"' && value.at(value.length() - 1) == '"';
        return quoted ? value.slice(1, value.length() - 1) : value;
    }

    /** Removes white space at both ends. Control characters count as white space, as for servers. */
    private static Bytes trim(Bytes text) {
        int from = 0;
        int to = text.length();
        while (from < to && isBlank(text.at(from))) {
            from++;
        }
        while (to > from && isBlank(text.at(to - 1))) {
            to--;
        }
        return text.slice(from, to);
    }

    private static boolean isBlank(int b) {
        return b <= ' ' || b == DELETE;
    }
}
