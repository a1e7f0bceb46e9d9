package dev.gatehouse.gatewayapi;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Immutable bytes of a Secret. The text form does not show them. */
public final class Bytes {
    private final byte[] value;

    public Bytes(byte[] value) {
        this.value = value.clone();
    }

    /** A copy of the bytes. */
    public byte[] toByteArray() {
        return value.clone();
    }

    /** The bytes as UTF-8 text. */
    public String utf8() {
        return new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Bytes that && Arrays.equals(that.value, value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(value);
    }

    @Override
    public String toString() {
        return "(" + value.length + " bytes)";
    }
}
