package dev.gatehouse.seclang.bytes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An immutable slice of bytes. As a {@link CharSequence} each byte is the Latin-1 character of its value, so that a matcher of
 * characters matches bytes without a copy.
 *
 * <p>Slices share the array that they were made from: whoever makes one does not change the array afterwards.
 */
public final class Bytes implements CharSequence {
    /** No bytes. */
    public static final Bytes EMPTY = new Bytes(new byte[0], 0, 0);

    private static final Bytes[] SMALL = small();

    private final byte[] array;
    private final int offset;
    private final int length;

    private Bytes(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    private static Bytes[] small() {
        Bytes[] numbers = new Bytes[256];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = latin1(Integer.toString(i));
        }
        return numbers;
    }

    /** Without a copy. */
    public static Bytes of(byte[] array) {
        return new Bytes(array, 0, array.length);
    }

    /** The bytes from {@code from} to before {@code to}, without a copy. */
    public static Bytes of(byte[] array, int from, int to) {
        if (from < 0 || to < from || to > array.length) {
            throw new IndexOutOfBoundsException("[" + from + ", " + to + ") of " + array.length);
        }
        return new Bytes(array, from, to - from);
    }

    /** Each character as the byte of its value; those over U+00FF become question marks. */
    public static Bytes latin1(String text) {
        return text.isEmpty() ? EMPTY : of(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** As UTF-8: the bytes that a rule's author typed. */
    public static Bytes utf8(String text) {
        return text.isEmpty() ? EMPTY : of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** In decimal. */
    public static Bytes number(long number) {
        return number >= 0 && number < SMALL.length ? SMALL[(int) number] : latin1(Long.toString(number));
    }

    /** The byte at the index, 0 to 255. */
    public int at(int index) {
        if (index < 0 || index >= length) {
            throw new IndexOutOfBoundsException(index + " of " + length);
        }
        return array[offset + index] & 0xff;
    }

    @Override
    public int length() {
        return length;
    }

    @Override
    public char charAt(int index) {
        return (char) at(index);
    }

    @Override
    public Bytes subSequence(int from, int to) {
        return slice(from, to);
    }

    /** From {@code from} to before {@code to}. */
    public Bytes slice(int from, int to) {
        if (from < 0 || to < from || to > length) {
            throw new IndexOutOfBoundsException("[" + from + ", " + to + ") of " + length);
        }
        return from == 0 && to == length ? this : new Bytes(array, offset + from, to - from);
    }

    /** From {@code from} to the end. */
    public Bytes slice(int from) {
        return slice(from, length);
    }

    /** The first index of the byte at or after {@code from}; -1 without one. */
    public int indexOf(int value, int from) {
        for (int i = Math.max(from, 0); i < length; i++) {
            if ((array[offset + i] & 0xff) == value) {
                return i;
            }
        }
        return -1;
    }

    /** The first index of the bytes; -1 if they do not occur. */
    public int indexOf(Bytes searched) {
        return indexOf(searched, 0);
    }

    /** The first index of the bytes at or after {@code from}; -1 if they do not occur. */
    public int indexOf(Bytes searched, int from) {
        if (searched.length == 0) {
            return from <= length ? from : -1;
        }
        int first = searched.at(0);
        for (int i = indexOf(first, from); i >= 0 && i + searched.length <= length; i = indexOf(first, i + 1)) {
            if (hasAt(i, searched)) {
                return i;
            }
        }
        return -1;
    }

    /** The last index of the byte; -1 without one. */
    public int lastIndexOf(int value) {
        for (int i = length - 1; i >= 0; i--) {
            if ((array[offset + i] & 0xff) == value) {
                return i;
            }
        }
        return -1;
    }

    /** Whether the bytes are found at the index. */
    public boolean hasAt(int index, Bytes expected) {
        return index >= 0
                && index + expected.length <= length
                && Arrays.equals(
                        array,
                        offset + index,
                        offset + index + expected.length,
                        expected.array,
                        expected.offset,
                        expected.offset + expected.length);
    }

    /** Whether these begin with the given bytes. */
    public boolean startsWith(Bytes prefix) {
        return hasAt(0, prefix);
    }

    /** Whether these end with the given bytes. */
    public boolean endsWith(Bytes suffix) {
        return hasAt(length - suffix.length, suffix);
    }

    /** Equal but for the case of ASCII letters. */
    public boolean equalsIgnoringCase(Bytes other) {
        if (length != other.length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (Ascii.lower(array[offset + i] & 0xff) != Ascii.lower(other.array[other.offset + i] & 0xff)) {
                return false;
            }
        }
        return true;
    }

    /** Without white space at both ends. */
    public Bytes trim() {
        int from = 0;
        int to = length;
        while (from < to && Ascii.isSpace(at(from))) {
            from++;
        }
        while (to > from && Ascii.isSpace(at(to - 1))) {
            to--;
        }
        return slice(from, to);
    }

    /** Reads bytes where they are. */
    @FunctionalInterface
    public interface Reader<T> {
        /** Reads {@code array[from, to)}, changes nothing and does not keep the array. */
        T read(byte[] array, int from, int to);
    }

    /** Passes these bytes to a reader without a copy; returns the reader's result. */
    public <T> T read(Reader<T> reader) {
        return reader.read(array, offset, offset + length);
    }

    /** A copy. */
    public byte[] toArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    /** The array that these are a slice of, for loops over many bytes: not to be changed. */
    public byte[] array() {
        return array;
    }

    /** Where in {@link #array} the first byte is. */
    public int offset() {
        return offset;
    }

    void copyTo(byte[] target, int at) {
        System.arraycopy(array, offset, target, at, length);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes bytes && bytes.length == length && hasAt(0, bytes);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = 0; i < length; i++) {
            hash = 31 * hash + array[offset + i];
        }
        return hash;
    }

    /** As Latin-1. */
    @Override
    public String toString() {
        return new String(array, offset, length, StandardCharsets.ISO_8859_1);
    }
}
