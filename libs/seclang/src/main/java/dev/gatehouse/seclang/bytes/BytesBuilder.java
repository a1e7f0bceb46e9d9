package dev.gatehouse.seclang.bytes;

import java.util.Arrays;

/** Builds {@link Bytes}. Used by one thread, once: the built slice shares the builder's array. */
public final class BytesBuilder {
    private byte[] array;
    private int length;

    public BytesBuilder(int capacity) {
        array = new byte[Math.max(capacity, 8)];
    }

    /** Appends the lowest eight bits. */
    public BytesBuilder append(int b) {
        ensure(1);
        array[length++] = (byte) b;
        return this;
    }

    /** Appends all bytes. */
    public BytesBuilder append(Bytes bytes) {
        ensure(bytes.length());
        bytes.copyTo(array, length);
        length += bytes.length();
        return this;
    }

    /** Appends those from {@code from} to before {@code to}. */
    public BytesBuilder append(Bytes bytes, int from, int to) {
        ensure(to - from);
        System.arraycopy(bytes.array(), bytes.offset() + from, array, length, to - from);
        length += to - from;
        return this;
    }

    /** Appends as Latin-1. */
    public BytesBuilder append(String text) {
        return append(Bytes.latin1(text));
    }

    /** Appends a code point as UTF-8. An invalid code point becomes U+FFFD. */
    public BytesBuilder appendUtf8(int codePoint) {
        if (codePoint >= 0 && codePoint < 0x80) {
            return append(codePoint);
        }
        boolean valid = Character.isValidCodePoint(codePoint) && (codePoint < 0xd800 || codePoint > 0xdfff);
        return append(Bytes.utf8(Character.toString(valid ? codePoint : 0xfffd)));
    }

    public int length() {
        return length;
    }

    /** Forgets all after the first {@code length} bytes. */
    public void truncate(int newLength) {
        if (newLength > length) {
            throw new IllegalArgumentException(newLength + " (expected: at most " + length + ")");
        }
        length = newLength;
    }

    /** The last byte; -1 without one. */
    public int last() {
        return length == 0 ? -1 : array[length - 1] & 0xff;
    }

    /** A copy of the bytes so far. More bytes may be appended afterwards. */
    public Bytes copy() {
        return Bytes.of(Arrays.copyOf(array, length));
    }

    public Bytes build() {
        return Bytes.of(array, 0, length);
    }

    private void ensure(int more) {
        if (length + more > array.length) {
            array = Arrays.copyOf(array, Math.max(array.length * 2, length + more));
        }
    }
}
