package dev.gatehouse.seclang.parse;

import java.util.Arrays;

/**
 * Reads logical lines: a line that ends in a backslash goes on in the next; empty lines and lines that begin with {@code #} are left
 * out, also between lines that belong together.
 */
final class LineReader {
    private final Lines source;
    private final String text;
    private int at;

    /** A byte order mark, which editors put before a text, is not part of it. */
    LineReader(Source source) {
        this.source = new Lines(source);
        this.text = source.text();
        this.at = text.startsWith("\uFEFF") ? 1 : 0;
    }

    /** The next line, trimmed; empty at the end of the source. */
    Span next() {
        while (at < text.length()) {
            Span line = logicalLine().trim();
            if (line.length() > 0) {
                return line;
            }
        }
        return new Span(source, "", new int[] {text.length()});
    }

    private Span logicalLine() {
        StringBuilder line = new StringBuilder();
        int[] offsets = new int[64];
        boolean continued = true;
        while (continued && at < text.length()) {
            int end = text.indexOf('\n', at);
            int next = end < 0 ? text.length() : end + 1;
            int last = end < 0 ? text.length() : end;
            if (last > at && text.charAt(last - 1) == '\r') {
                last--;
            }
            if (isComment(at, last)) {
                continued = line.length() > 0;
            } else {
                continued = last > at && text.charAt(last - 1) == '\\';
                int stop = continued ? last - 1 : last;
                if (isDataOpen(at, last)) {
                    int close = text.indexOf('`', last);
                    int lineEnd = close < 0 ? -1 : text.indexOf('\n', close);
                    continued = false;
                    stop = close < 0 ? text.length() : lineEnd < 0 ? text.length() : lineEnd;
                    next = lineEnd < 0 ? text.length() : lineEnd + 1;
                }
                for (int i = at; i < stop; i++) {
                    if (line.length() + 1 >= offsets.length) {
                        offsets = Arrays.copyOf(offsets, offsets.length * 2);
                    }
                    offsets[line.length()] = i;
                    line.append(text.charAt(i));
                }
                offsets[line.length()] = stop;
            }
            at = next;
        }
        return new Span(source, line.toString(), Arrays.copyOf(offsets, line.length() + 1));
    }

    /** {@code SecDataset name `}: what follows belongs to it, line ends too, up to the next backtick. */
    private boolean isDataOpen(int from, int to) {
        String line = text.substring(from, to).strip();
        return line.endsWith("`")
                && line.indexOf('`') == line.length() - 1
                && line.regionMatches(true, 0, "SecDataset", 0, 10);
    }

    private boolean isComment(int from, int to) {
        int i = from;
        while (i < to && Span.isBlank(text.charAt(i))) {
            i++;
        }
        return i < to && text.charAt(i) == '#';
    }
}
