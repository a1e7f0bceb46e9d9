package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.transform.UrlCodec;

/** Reads {@code a=1&b=2}: a query, or a body of application/x-www-form-urlencoded. */
final class UrlEncodedFields {
    private UrlEncodedFields() {}

    static void read(Bytes text, Fields fields) {
        int from = 0;
        while (from < text.length()) {
            int ampersand = text.indexOf('&', from);
            int to = ampersand < 0 ? text.length() : ampersand;
            if (to > from) {
                Bytes pair = text.slice(from, to);
                int equals = pair.indexOf('=', 0);
                fields.add(
                        UrlCodec.decode(equals < 0 ? pair : pair.slice(0, equals)),
                        equals < 0 ? Bytes.EMPTY : UrlCodec.decode(pair.slice(equals + 1)));
            }
            from = to + 1;
        }
    }
}
