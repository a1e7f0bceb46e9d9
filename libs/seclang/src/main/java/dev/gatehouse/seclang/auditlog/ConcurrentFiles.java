package dev.gatehouse.seclang.auditlog;

import dev.gatehouse.seclang.audit.AuditRecord;
import dev.gatehouse.seclang.bytes.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;

/**
 * A file for each record, below a folder for each day and minute, and a line for each in an index: ModSecurity's concurrent log, which
 * mlogc and its successors read.
 */
final class ConcurrentFiles {
    private static final DateTimeFormatter DAY = format("yyyyMMdd");
    private static final DateTimeFormatter MINUTE = format("yyyyMMdd-HHmm");
    private static final DateTimeFormatter SECOND = format("yyyyMMdd-HHmmss");
    private static final DateTimeFormatter COMMON = format("dd/MMM/yyyy:HH:mm:ss Z");

    private ConcurrentFiles() {}

    private static DateTimeFormatter format(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ROOT).withZone(ZoneOffset.UTC);
    }

    /** Writes a file, and answers its line in the index. */
    static byte[] write(Path storage, AuditEntry entry, byte[] text) throws IOException {
        AuditRecord record = entry.record();
        Path folder = storage.resolve(DAY.format(record.time())).resolve(MINUTE.format(record.time()));
        Path file = folder.resolve(SECOND.format(record.time()) + "-" + fileName(record.uniqueId()));
        Permissions.makeFile(file, entry.settings());
        Files.write(file, text, StandardOpenOption.APPEND);
        return line(record, storage.relativize(file), text).getBytes(StandardCharsets.UTF_8);
    }

    /** An id may come from a header. */
    private static String fileName(String uniqueId) {
        StringBuilder name = new StringBuilder(uniqueId.length());
        uniqueId.chars()
                .limit(128)
                .forEach(c -> name.append(
                        Character.isLetterOrDigit(c) && c < 0x80 || c == '-' || c == '_' || c == '@' ? (char) c : '-'));
        return name.toString();
    }

    private static String line(AuditRecord record, Path file, byte[] text) {
        AuditRecord.Request request = record.request();
        StringBuilder line = new StringBuilder(256);
        line.append(word(record.serverName())).append(' ');
        line.append(word(record.client().address())).append(" - - [");
        line.append(COMMON.format(record.time())).append("] ");
        quote(request.method() + " " + request.uri() + " " + request.protocol(), line);
        line.append(' ').append(record.status()).append(' ');
        line.append(record.response().body().length()).append(' ');
        quote(header(request, "Referer"), line);
        line.append(' ');
        quote(header(request, "User-Agent"), line);
        line.append(' ').append(word(record.uniqueId())).append(" \"-\" /").append(file);
        line.append(" 0 ").append(text.length).append(" md5:").append(md5(text)).append('\n');
        return line.toString();
    }

    private static String header(AuditRecord.Request request, String name) {
        Bytes wanted = Bytes.latin1(name);
        return request.headers().stream()
                .filter(header -> header.name().equalsIgnoringCase(wanted))
                .map(header -> header.value().toString())
                .findFirst()
                .orElse("-");
    }

    private static String word(String text) {
        StringBuilder word = new StringBuilder(text.length());
        text.chars().forEach(c -> word.append(c > ' ' && c < 0x7f ? (char) c : '_'));
        return word.isEmpty() ? "-" : word.toString();
    }

    private static void quote(String text, StringBuilder line) {
        line.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                line.append('\\').append(c);
            } else if (c >= ' ' && c < 0x7f) {
                line.append(c);
            } else {
                line.append("\\x").append(HexFormat.of().toHexDigits((byte) c));
            }
        }
        line.append('"');
    }

    /** The index has it so; nothing depends on its strength. */
    private static String md5(byte[] text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has MD5", e);
        }
    }
}
