package dev.gatehouse.seclang.parse;

import java.util.Arrays;

/** Where the lines of a source begin, so that the place of an error or a rule is not searched from its beginning each time. */
final class Lines {
    private final Source source;
    private final int[] starts;

    Lines(Source source) {
        this.source = source;
        String text = source.text();
        int[] found = new int[64];
        int count = 1;
        for (int i = text.indexOf('\n'); i >= 0; i = text.indexOf('\n', i + 1)) {
            if (count == found.length) {
                found = Arrays.copyOf(found, count * 2);
            }
            found[count++] = i + 1;
        }
        this.starts = Arrays.copyOf(found, count);
    }

    Source source() {
        return source;
    }

    Position position(int offset) {
        int found = Arrays.binarySearch(starts, offset);
        int line = found >= 0 ? found : -found - 2;
        return new Position(source.name(), line + 1, offset - starts[line] + 1);
    }
}
