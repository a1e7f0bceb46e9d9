package dev.gatehouse.seclang.transform;

import dev.gatehouse.seclang.bytes.Bytes;

/** Transformations of paths: no empty segments, no {@code .}, and {@code ..} only where it leaves a relative path's start. */
final class Paths {
    private static final Bytes HERE = Bytes.latin1(".");
    private static final Bytes TWO_SLASHES = Bytes.latin1("//");

    private Paths() {}

    static Bytes normalizeWindows(Bytes value) {
        if (value.indexOf('\\', 0) < 0) {
            return normalize(value);
        }
        byte[] slashes = value.toArray();
        for (int i = 0; i < slashes.length; i++) {
            slashes[i] = slashes[i] == '\\' ? (byte) '/' : slashes[i];
        }
        return normalize(Bytes.of(slashes));
    }

    static Bytes normalize(Bytes value) {
        boolean oneSegment = value.indexOf('/', 0) < 0 && !value.equals(HERE);
        if (oneSegment || value.equals(TWO_SLASHES)) {
            return value;
        }
        byte[] text = value.array();
        int from = value.offset();
        int to = from + value.length();
        boolean absolute = text[from] == '/';
        byte[] path = new byte[value.length()];
        int root = absolute ? 1 : 0;
        path[0] = '/';
        int length = root;
        while (from <= to) {
            int end = from;
            while (end < to && text[end] != '/') {
                end++;
            }
            boolean up = isUp(text, from, end);
            if (up && length > root && !isUp(path, lastSegment(path, root, length), length)) {
                length = Math.max(root, lastSegment(path, root, length) - 1);
            } else if (end > from && !(end == from + 1 && text[from] == '.') && !(up && absolute)) {
                if (length > root) {
                    path[length++] = '/';
                }
                System.arraycopy(text, from, path, length, end - from);
                length += end - from;
            }
            from = end + 1;
        }
        if (text[to - 1] == '/' && length > root) {
            path[length++] = '/';
        }
        return Bytes.of(path, 0, length);
    }

    private static boolean isUp(byte[] text, int from, int to) {
        return to == from + 2 && text[from] == '.' && text[from + 1] == '.';
    }

    /** Where the last segment begins of a path that ends before {@code length}. */
    private static int lastSegment(byte[] path, int root, int length) {
        int from = length;
        while (from > root && path[from - 1] != '/') {
            from--;
        }
        return from;
    }
}
