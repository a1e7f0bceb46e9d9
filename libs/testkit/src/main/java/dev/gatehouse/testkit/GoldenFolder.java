package dev.gatehouse.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder of files that are a test: {@code <feature>/in.yaml} goes in, and what comes out is compared with the files beside it
 * ({@code xds.yaml}, {@code status.yaml}), text for text. {@code -Dgolden.update=true} writes the files instead; the change is
 * then read in review.
 *
 * @param path in the module's sources ({@code src/test/resources/...}), so that an update lands where it is committed
 */
public record GoldenFolder(Path path) {
    private static final String UPDATE = "golden.update";

    /** Every folder at any depth under {@code root} that has an {@code in.yaml}, in order of its name. */
    public static List<GoldenFolder> all(Path root) {
        try (Stream<Path> files = Files.walk(root)) {
            List<GoldenFolder> folders = files.filter(Files::isDirectory)
                    .filter(folder -> Files.exists(folder.resolve("in.yaml")))
                    .sorted()
                    .map(GoldenFolder::new)
                    .toList();
            if (folders.isEmpty()) {
                throw new AssertionError("no folder with an in.yaml under " + root.toAbsolutePath());
            }
            return folders;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The folder's own name: the feature. */
    public String name() {
        return path.getFileName().toString();
    }

    public String read(String file) {
        try {
            return Files.readString(path.resolve(file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** @throws AssertionError with the differing lines when {@code actual} is not what the file says */
    public void check(String file, String actual) {
        check(file, actual, Boolean.getBoolean(UPDATE));
    }

    void check(String file, String actual, boolean update) {
        Path golden = path.resolve(file);
        String ended = actual.isEmpty() || actual.endsWith("\n") ? actual : actual + "\n";
        try {
            if (update) {
                Files.writeString(golden, ended);
                return;
            }
            if (!Files.exists(golden)) {
                throw new AssertionError(
                        golden + " is missing; -D" + UPDATE + "=true writes it. It would be:\n" + ended);
            }
            String expected = Files.readString(golden);
            if (!expected.equals(ended)) {
                throw new AssertionError(golden + " differs (- the file, + what came out; -D" + UPDATE
                        + "=true rewrites it):\n" + LineDiff.of(expected, ended));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name();
    }
}
