package dev.gatehouse.standalone.collect;

import io.vertx.core.json.Json;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A zip file with redacted texts, and a manifest of its files and of the data that could not be collected. Only its
 * owner may read it. Not thread-safe.
 */
final class Archive implements AutoCloseable {
    private final ZipOutputStream zip;
    private final Redactor redactor;
    private final Set<String> names = new HashSet<>();
    private final JsonArray files = new JsonArray();
    private final JsonArray missing = new JsonArray();

    /**
     * Begins the file.
     *
     * @throws FileAlreadyExistsException it is there
     */
    Archive(Path file, Redactor redactor) throws IOException {
        this.redactor = redactor;
        if (Files.exists(file)) {
            throw new FileAlreadyExistsException(
                    file + " is there already (expected: a file that is not; -o names another)");
        }
        zip = new ZipOutputStream(Files.newOutputStream(file, StandardOpenOption.CREATE_NEW));
        try {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        } catch (UnsupportedOperationException e) {
            // A file system without such rights.
        }
    }

    /** Adds a tree as JSON. */
    void tree(String name, String what, Object tree) {
        Object redacted = redactor.tree(
                tree instanceof JsonObject json
                        ? json.getMap()
                        : tree instanceof JsonArray list ? list.getList() : tree);
        add(name, what, Json.encodePrettily(redacted) + "\n");
    }

    /** Adds a text. */
    void text(String name, String what, String text) {
        add(name, what, redactor.text(text));
    }

    private void add(String name, String what, String redacted) {
        String path = name;
        for (int i = 2; !names.add(path); i++) {
            path = name + "-" + i;
        }
        byte[] bytes = redacted.getBytes(StandardCharsets.UTF_8);
        try {
            zip.putNextEntry(new ZipEntry(path));
            zip.write(bytes);
            zip.closeEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        files.add(new JsonObject().put("file", path).put("what", what).put("bytes", bytes.length));
    }

    /** Takes note of what could not be had. */
    void missing(String what, String why) {
        missing.add(new JsonObject().put("what", what).put("why", redactor.text(why)));
    }

    /** The number of files so far. */
    int files() {
        return files.size();
    }

    /** What could not be had, a sentence each. */
    List<String> notHad() {
        return missing.stream()
                .map(JsonObject.class::cast)
                .map(each -> each.getString("what") + ": " + each.getString("why"))
                .toList();
    }

    /** Writes the manifest, and ends the file. */
    void manifest(JsonObject head) {
        add(
                "manifest.json",
                "this list",
                head.put("replacements", redactor.replacements())
                                .put("files", files.copy())
                                .put("missing", missing)
                                .encodePrettily()
                        + "\n");
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
