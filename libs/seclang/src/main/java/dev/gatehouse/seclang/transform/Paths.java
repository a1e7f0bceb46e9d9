package dev.gatehouse.seclang.transform;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.bytes.BytesBuilder;
import java.util.ArrayList;
import java.util.List;

/** Transformations of paths: no empty segments, no {@code .}, and {@code ..} only where it leaves a relative path's start. */
final class Paths {
    private static final Bytes UP = Bytes.latin1("..");
    private static final Bytes HERE = Bytes.latin1(".");
    private static final Bytes TWO_SLASHES = Bytes.latin1("//");

    private Paths() {}

    static Bytes normalizeWindows(Bytes value) {
        if (value.indexOf('\\', 0) < 0) {
            return normalize(value);
        }
        BytesBuilder slashes = new BytesBuilder(value.length());
        for (int i = 0; i < value.length(); i++) {
            slashes.append(value.at(i) == '\\' ? '/' : value.at(i));
        }
        return normalize(slashes.build());
    }

    static Bytes normalize(Bytes value) {
        boolean oneSegment = value.indexOf('/', 0) < 0 && !value.equals(HERE);
        if (oneSegment || value.equals(TWO_SLASHES)) {
            return value;
        }
        boolean absolute = value.at(0) == '/';
        boolean folder = value.at(value.length() - 1) == '/';
        List<Bytes> segments = new ArrayList<>();
        int from = 0;
        while (from <= value.length()) {
            int slash = value.indexOf('/', from);
            int to = slash < 0 ? value.length() : slash;
            enter(segments, value.slice(from, to), absolute);
            from = to + 1;
        }
        BytesBuilder path = new BytesBuilder(value.length());
        if (absolute) {
            path.append('/');
        }
        for (int i = 0; i < segments.size(); i++) {
            if (i > 0) {
                path.append('/');
            }
            path.append(segments.get(i));
        }
        if (folder && !segments.isEmpty()) {
            path.append('/');
        }
        return path.build();
    }

    private static void enter(List<Bytes> segments, Bytes segment, boolean absolute) {
        if (segment.length() == 0 || segment.equals(HERE)) {
            return;
        }
        if (!segment.equals(UP)) {
            segments.add(segment);
        } else if (!segments.isEmpty() && !segments.getLast().equals(UP)) {
            segments.removeLast();
        } else if (!absolute) {
            segments.add(segment);
        }
    }
}
