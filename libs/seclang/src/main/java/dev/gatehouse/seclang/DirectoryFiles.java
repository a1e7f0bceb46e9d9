package dev.gatehouse.seclang;

import dev.gatehouse.seclang.bytes.Bytes;
import dev.gatehouse.seclang.parse.Source;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads files of the file system. Paths are relative to the including file, or to a folder for sources without one.
 * Every file that the process may read can be included.
 */
public final class DirectoryFiles implements RuleFiles {
    private final Path folder;

    /** @param folder the base of relative paths in sources without a folder */
    public DirectoryFiles(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** Reads a file as a top-level source. */
    public static Source source(Path file) throws IOException {
        return new Source(file.toString(), new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
    }

    @Override
    public List<Source> include(String path, String from) throws IOException {
        List<Source> sources = new ArrayList<>();
        for (Path base : bases(path, from)) {
            for (Path file : matching(base, path)) {
                sources.add(source(file));
            }
            if (!sources.isEmpty()) {
                return sources;
            }
        }
        return sources;
    }

    @Override
    public Optional<Bytes> data(String path, String from) throws IOException {
        for (Path base : bases(path, from)) {
            try {
                Path file = base.resolve(path);
                if (Files.isRegularFile(file)) {
                    return Optional.of(Bytes.of(Files.readAllBytes(file)));
                }
            } catch (InvalidPathException e) {
                return Optional.empty();
            }
        }
        return Optional.empty();
    }

    private List<Path> bases(String path, String from) {
        List<Path> bases = new ArrayList<>();
        try {
            if (Path.of(path).isAbsolute()) {
                return List.of(Path.of("/"));
            }
            Optional.ofNullable(folder.resolve(from).normalize().getParent()).ifPresent(bases::add);
        } catch (InvalidPathException e) {
            return List.of();
        }
        bases.add(folder);
        return bases;
    }

    /** A pattern may be in any part of the path; matches are in the order of their names. */
    private static List<Path> matching(Path base, String path) throws IOException {
        List<Path> found = List.of(path.startsWith("/") ? Path.of("/") : base);
        for (String part : path.split("/", -1)) {
            if (part.isEmpty()) {
                continue;
            }
            boolean pattern = part.chars().anyMatch(c -> c == '*' || c == '?' || c == '[');
            List<Path> next = new ArrayList<>();
            for (Path place : found) {
                if (!pattern) {
                    next.add(place.resolve(part));
                } else if (Files.isDirectory(place)) {
                    next.addAll(children(place, part));
                }
            }
            found = next;
        }
        return found.stream().map(Path::normalize).filter(Files::isRegularFile).toList();
    }

    private static List<Path> children(Path place, String pattern) throws IOException {
        PathMatcher matcher = FileSystems.getDefault().getPathMatcher("glob:" + pattern);
        try (Stream<Path> children = Files.list(place)) {
            return children.filter(child -> Optional.ofNullable(child.getFileName())
                            .filter(matcher::matches)
                            .isPresent())
                    .sorted()
                    .toList();
        }
    }
}
