package dev.gatehouse.seclang.auditlog;

import dev.gatehouse.seclang.audit.AuditSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** Files that records are appended to. A file that was moved away or removed, as log rotation does, is made again. */
final class SerialFiles implements AutoCloseable {
    /** The most open files. More files are named only by mistake or by malice, so the least recently used one is then closed. */
    private static final int MOST_OPEN = 32;

    private record Open(FileChannel channel, Optional<Object> key) {}

    private final Map<Path, Open> open = new LinkedHashMap<>(16, 0.75f, true);

    /** Appends all of it at once. */
    void append(Path path, AuditSettings settings, byte[] text) throws IOException {
        Optional<Open> known = Optional.ofNullable(open.get(path));
        if (known.isPresent() && !key(path).equals(known.get().key())) {
            forget(path);
            known = Optional.empty();
        }
        Open file = known.isPresent() ? known.get() : open(path, settings);
        ByteBuffer left = ByteBuffer.wrap(text);
        try {
            while (left.hasRemaining()) {
                file.channel().write(left);
            }
        } catch (IOException e) {
            forget(path);
            throw e;
        }
    }

    private Open open(Path path, AuditSettings settings) throws IOException {
        if (open.size() >= MOST_OPEN) {
            forget(open.keySet().iterator().next());
        }
        Permissions.makeFile(path, settings);
        FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE, StandardOpenOption.APPEND);
        Open opened = new Open(channel, key(path));
        open.put(path, opened);
        return opened;
    }

    /** What tells a file from another that has its name later; empty: there is none. */
    private static Optional<Object> key(Path path) {
        try {
            return Optional.ofNullable(
                    Files.readAttributes(path, BasicFileAttributes.class).fileKey());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private void forget(Path path) throws IOException {
        Open removed = open.remove(path);
        if (removed != null) {
            removed.channel().close();
        }
    }

    @Override
    public void close() throws IOException {
        for (Open file : open.values()) {
            file.channel().close();
        }
        open.clear();
    }
}
