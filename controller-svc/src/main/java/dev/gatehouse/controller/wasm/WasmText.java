package dev.gatehouse.controller.wasm;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;

/** Finds the module in fetched content, which is a plain module, a gzip file, or a tar archive with a module. */
final class WasmText {
    private static final byte[] MAGIC = {0, 'a', 's', 'm'};
    private static final byte[] GZIP = {0x1f, (byte) 0x8b};
    private static final int BLOCK = 512;
    private static final int NAME_BYTES = 100;
    private static final int SIZE_AT = 124;
    private static final int SIZE_BYTES = 12;
    private static final int TYPE_AT = 156;
    private static final int MAGIC_AT = 257;

    private WasmText() {}

    /**
     * The module in {@code content}.
     *
     * @param limit the most bytes of the content, also after decompression
     */
    static byte[] in(byte[] content, int limit) throws IOException {
        if (begins(content, GZIP)) {
            try (InputStream unpacked = new GZIPInputStream(new ByteArrayInputStream(content))) {
                byte[] bytes = unpacked.readNBytes(limit + 1);
                if (bytes.length > limit) {
                    throw new IOException("is larger than " + limit + " bytes when it is unpacked");
                }
                return plain(bytes);
            }
        }
        return plain(content);
    }

    private static byte[] plain(byte[] content) throws IOException {
        if (begins(content, MAGIC)) {
            return content;
        }
        boolean archive =
                content.length > BLOCK && new String(content, MAGIC_AT, 5, StandardCharsets.US_ASCII).equals("ustar");
        if (!archive) {
            throw new IOException("is no Wasm module (expected: one, as it is, by gzip, or in a tar archive)");
        }
        byte[] found = new byte[0];
        int at = 0;
        while (at + BLOCK <= content.length && content[at] != 0) {
            long size = size(content, at);
            if (size < 0 || size > content.length - at - BLOCK) {
                throw new IOException("is a tar archive that is cut off");
            }
            String name = text(content, at, NAME_BYTES);
            boolean file = content[at + TYPE_AT] == '0' || content[at + TYPE_AT] == 0;
            if (file && name.endsWith(".wasm") && (found.length == 0 || name.endsWith("plugin.wasm"))) {
                found = Arrays.copyOfRange(content, at + BLOCK, at + BLOCK + (int) size);
            }
            at += BLOCK + (int) ((size + BLOCK - 1) / BLOCK * BLOCK);
        }
        if (!begins(found, MAGIC)) {
            throw new IOException("is a tar archive without a Wasm module (expected: plugin.wasm)");
        }
        return found;
    }

    private static long size(byte[] content, int at) throws IOException {
        String octal = text(content, at + SIZE_AT, SIZE_BYTES).trim();
        try {
            return octal.isEmpty() ? 0 : Long.parseLong(octal, 8);
        } catch (NumberFormatException e) {
            throw new IOException("is a tar archive with a file of size \"" + octal + "\"", e);
        }
    }

    private static String text(byte[] content, int at, int length) {
        int end = at;
        while (end < at + length && content[end] != 0) {
            end++;
        }
        return new String(content, at, end - at, StandardCharsets.UTF_8);
    }

    private static boolean begins(byte[] content, byte[] with) {
        return content.length >= with.length && Arrays.equals(content, 0, with.length, with, 0, with.length);
    }
}
