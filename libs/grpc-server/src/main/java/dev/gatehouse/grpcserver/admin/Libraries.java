package dev.gatehouse.grpcserver.admin;

import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The libraries of a Quarkus application, by the list that its build writes beside {@code quarkus-run.jar}. */
public final class Libraries {
    private static final String LIST = "quarkus-app-dependencies.txt";

    private Libraries() {}

    /** An artifact of Maven. */
    public record Library(String group, String name, String version) {
        /** "group:artifact::jar:version"; empty: the line is of another form. */
        static Optional<Library> of(String line) {
            String[] parts = line.strip().split(":", -1);
            return parts.length == 5 ? Optional.of(new Library(parts[0], parts[1], parts[4])) : Optional.empty();
        }

        /** As a component of CycloneDX. */
        public JsonObject component() {
            return new JsonObject()
                    .put("type", "library")
                    .put("group", group)
                    .put("name", name)
                    .put("version", version)
                    .put("purl", "pkg:maven/" + group + "/" + name + "@" + version);
        }
    }

    /** The libraries of this process, without duplicates; empty: the process does not run from a packaged application. */
    public static Optional<List<Library>> ofThisProcess() {
        String first = System.getProperty("java.class.path", "").split(File.pathSeparator, 2)[0];
        Path folder = Path.of(first).toAbsolutePath().getParent();
        return folder == null ? Optional.empty() : of(folder.resolve(LIST));
    }

    /** The libraries in the file {@code list}; empty: the file does not exist. */
    static Optional<List<Library>> of(Path list) {
        if (!Files.isRegularFile(list)) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readAllLines(list).stream()
                    .flatMap(line -> Library.of(line).stream())
                    .distinct()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The JDK's version as advisories have it: "25.0.3". */
    public static String jdkVersion() {
        return Runtime.version().version().stream().map(String::valueOf).collect(Collectors.joining("."));
    }
}
