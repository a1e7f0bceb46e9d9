package dev.gatehouse.controller.files;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;

/**
 * The identity of a file's content, from its attributes: two different contents of one path have different stamps once
 * the file system's clock has moved on between the two writes.
 *
 * @param form whether the path is a file, a folder, a link, or another thing such as a pipe
 * @param key device and inode, if the operating system has them
 * @param size in bytes
 * @param modified the modification time of the content; {@code cp -p} and {@code touch} can set it to any value
 * @param changed the change time of the inode, which no program can set; empty if the operating system does not report
 * it
 */
record Stamp(Form form, String key, long size, FileTime modified, String changed) {
    /** The stamp of a pipe or of standard input, which is read once and never changes. */
    static final Stamp STREAM = new Stamp(Form.STREAM, "", 0, FileTime.fromMillis(0), "");

    private static final Duration YOUNG = Duration.ofSeconds(10);

    private static final boolean UNIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("unix");

    enum Form {
        FILE,
        FOLDER,
        LINK,
        STREAM
    }

    /** True if the content is so new that another write within the file system's clock resolution would keep the same stamp. */
    boolean isYoung(Instant now) {
        return form == Form.FILE && modified.toInstant().isAfter(now.minus(YOUNG));
    }

    /** The stamp of {@code path} as it is now. */
    static Stamp of(Path path, LinkOption... options) throws IOException {
        BasicFileAttributes basic = Files.readAttributes(path, BasicFileAttributes.class, options);
        Form form = basic.isRegularFile()
                ? Form.FILE
                : basic.isDirectory() ? Form.FOLDER : basic.isSymbolicLink() ? Form.LINK : Form.STREAM;
        return form == Form.STREAM
                ? STREAM
                : new Stamp(
                        form,
                        String.valueOf(basic.fileKey()),
                        basic.size(),
                        basic.lastModifiedTime(),
                        UNIX && form == Form.FILE
                                ? String.valueOf(Files.getAttribute(path, "unix:ctime", options))
                                : "");
    }
}
