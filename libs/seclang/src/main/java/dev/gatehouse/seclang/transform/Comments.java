package dev.gatehouse.seclang.transform;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;

/** Transformations of the comments of C, SQL, HTML and shells. */
final class Comments {
    private static final Bytes C_OPEN = Bytes.latin1("/*");
    private static final Bytes C_CLOSE = Bytes.latin1("*/");
    private static final Bytes HTML_OPEN = Bytes.latin1("<!--");
    private static final Bytes HTML_CLOSE = Bytes.latin1("-->");
    private static final Bytes SQL = Bytes.latin1("--");

    private Comments() {}

    /** Each {@code /*…*}{@code /} is one space, also one that does not end. */
    static Bytes replace(Bytes value) {
        BytesBuilder replaced = new BytesBuilder(value.length());
        int from = 0;
        for (int open = value.indexOf(C_OPEN); open >= 0; open = value.indexOf(C_OPEN, from)) {
            replaced.append(value.slice(from, open)).append(' ');
            int close = value.indexOf(C_CLOSE, open + 2);
            from = close < 0 ? value.length() : close + 2;
        }
        return replaced.append(value.slice(from)).build();
    }

    /**
     * Comments are taken out. As ModSecurity does it: the byte after a comment is kept as it is (a NUL at the end), an open
     * comment leaves a space, and so does one that reaches to the end of the line ({@code --}, {@code #}), which ends all.
     */
    static Bytes remove(Bytes value) {
        BytesBuilder rest = new BytesBuilder(value.length());
        boolean inComment = false;
        int i = 0;
        while (i < value.length()) {
            if (inComment) {
                int close = value.hasAt(i, C_CLOSE) ? 2 : value.hasAt(i, HTML_CLOSE) ? 3 : 0;
                i += Math.max(close, 1);
                if (close > 0) {
                    inComment = false;
                    rest.append(i < value.length() ? value.at(i) : 0);
                    i++;
                }
            } else if (value.hasAt(i, C_OPEN)) {
                inComment = true;
                i += 2;
            } else if (value.hasAt(i, HTML_OPEN)) {
                inComment = true;
                i += 4;
            } else if (value.hasAt(i, SQL) || value.at(i) == '#') {
                return rest.append(' ').build();
            } else {
                rest.append(value.at(i++));
            }
        }
        return inComment ? rest.append(' ').build() : rest.build();
    }

    /** Only the marks are taken out; what they enclose stays. */
    static Bytes removeMarkers(Bytes value) {
        BytesBuilder rest = new BytesBuilder(value.length());
        int i = 0;
        while (i < value.length()) {
            if (value.hasAt(i, C_OPEN) || value.hasAt(i, C_CLOSE)) {
                i += 2;
            } else if (value.hasAt(i, HTML_OPEN)) {
                i += 4;
            } else if (value.hasAt(i, HTML_CLOSE)) {
                i += 3;
            } else if (value.hasAt(i, SQL)) {
                i += 2;
            } else if (value.at(i) == '#') {
                i++;
            } else {
                rest.append(value.at(i++));
            }
        }
        return rest.build();
    }
}
