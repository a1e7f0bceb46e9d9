package dev.gatehouse.seclang.transform;

import dev.gatehouse.seclang.bytes.Ascii;
import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * HTML's character references: numeric ones, and the named ones of ASCII characters and the no-break space. The
 * semicolon may be missing, as browsers allow. The referenced characters become UTF-8.
 */
final class HtmlEntities {
    private static final int SHORTEST_NAME = 2;
    private static final int LONGEST_NAME = 8;
    private static final Map<String, Integer> NAMED = Map.ofEntries(
            Map.entry("quot", (int) '"'),
            Map.entry("amp", (int) '&'),
            Map.entry("lt", (int) '<'),
            Map.entry("gt", (int) '>'),
            Map.entry("apos", (int) '\''),
            Map.entry("nbsp", 0xa0),
            Map.entry("tab", (int) '\t'),
            Map.entry("newline", (int) '\n'),
            Map.entry("colon", (int) ':'),
            Map.entry("semi", (int) ';'),
            Map.entry("comma", (int) ','),
            Map.entry("period", (int) '.'),
            Map.entry("sol", (int) '/'),
            Map.entry("bsol", (int) '\\'),
            Map.entry("lpar", (int) '('),
            Map.entry("rpar", (int) ')'),
            Map.entry("lsqb", (int) '['),
            Map.entry("rsqb", (int) ']'),
            Map.entry("lcub", (int) '{'),
            Map.entry("rcub", (int) '}'),
            Map.entry("equals", (int) '='),
            Map.entry("excl", (int) '!'),
            Map.entry("quest", (int) '?'),
            Map.entry("num", (int) '#'),
            Map.entry("dollar", (int) '$'),
            Map.entry("percnt", (int) '%'),
            Map.entry("plus", (int) '+'),
            Map.entry("ast", (int) '*'),
            Map.entry("commat", (int) '@'),
            Map.entry("grave", (int) '`'),
            Map.entry("lowbar", (int) '_'),
            Map.entry("verbar", (int) '|'),
            Map.entry("hat", (int) '^'));

    /** References of the first version of HTML, which browsers recognise without a semicolon even if letters follow. */
    private static final List<String> OLD = List.of("quot", "amp", "lt", "gt", "nbsp");

    private HtmlEntities() {}

    static Bytes decode(Bytes value) {
        if (value.indexOf('&', 0) < 0) {
            return value;
        }
        BytesBuilder decoded = new BytesBuilder(value.length());
        int i = 0;
        while (i < value.length()) {
            int end = value.at(i) != '&' || i + 1 == value.length()
                    ? i
                    : value.at(i + 1) == '#' ? numeric(value, i + 2, decoded) : named(value, i + 1, decoded);
            if (end <= i + 2) {
                decoded.append(value.at(i++));
            } else {
                i = end < value.length() && value.at(end) == ';' ? end + 1 : end;
            }
        }
        return decoded.build();
    }

    /** Where it ends; its beginning if it is none. */
    private static int numeric(Bytes value, int at, BytesBuilder decoded) {
        boolean hex = at < value.length() && Ascii.lower(value.at(at)) == 'x';
        int from = hex ? at + 1 : at;
        int end = from;
        long number = 0;
        while (end < value.length() && (hex ? Ascii.isHex(value.at(end)) : Ascii.isDigit(value.at(end)))) {
            number = Math.min(number * (hex ? 16 : 10) + Ascii.hex(value.at(end)), 0x110000);
            end++;
        }
        if (end == from) {
            return at;
        }
        decoded.appendUtf8((int) number);
        return end;
    }

    private static int named(Bytes value, int at, BytesBuilder decoded) {
        int end = at;
        while (end < value.length() && end - at < LONGEST_NAME && Ascii.isAlphanumeric(value.at(end))) {
            end++;
        }
        if (end - at < SHORTEST_NAME) {
            return at;
        }
        String name = value.slice(at, end).toString().toLowerCase(Locale.ROOT);
        Integer codePoint = NAMED.get(name);
        if (codePoint != null) {
            decoded.appendUtf8(codePoint);
            return end;
        }
        for (String old : OLD) {
            if (name.startsWith(old)) {
                decoded.appendUtf8(NAMED.getOrDefault(old, 0));
                return at + old.length();
            }
        }
        return at;
    }
}
