package dev.gatehouse.seclang.body;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.transform.UrlCodec;

/** Reads {@code a=1&b=2}: a query, or a body of application/x-www-form-urlencoded. */
public final class UrlEncoded {
    private UrlEncoded() {}

    /**
     * Names and values, decoded.
     *
     * @param separator the separator between pairs: {@code SecArgumentSeparator}
     * @param limit the most pairs; 0: no limit
     */
    public static Outcome read(Bytes text, int separator, int limit, FieldSink sink) {
        int from = 0;
        int pairs = 0;
        while (from < text.length()) {
            int next = text.indexOf(separator, from);
            int to = next < 0 ? text.length() : next;
            if (to > from) {
                if (limit > 0 && pairs == limit) {
                    return Outcome.TRUNCATED;
                }
                pairs++;
                int equals = text.indexOf('=', from);
                boolean valued = equals >= 0 && equals < to;
                sink.take(
                        UrlCodec.decode(text.slice(from, valued ? equals : to)),
                        valued ? UrlCodec.decode(text.slice(equals + 1, to)) : Bytes.EMPTY);
            }
            from = to + 1;
        }
        return Outcome.COMPLETE;
    }

    /** Whether there is a percent sign that two hexadecimal digits do not follow. */
    public static boolean isBadlyEncoded(Bytes text) {
        return UrlCodec.isBadlyEncoded(text);
    }
}
