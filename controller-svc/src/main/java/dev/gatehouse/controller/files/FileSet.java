package dev.gatehouse.controller.files;

import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.ResourceReader.Broken;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * The files and folders that a user named. Not thread-safe.
 *
 * <p>What an edit breaks keeps its last good version: the objects of a file that are not in its new text stay while the file has
 * errors, since they may be what is broken.
 */
public final class FileSet {
    // Where the name itself is wrong, a problem cannot be told to be about an object of the last good version.
    private static final Set<String> NAMING = Set.of("metadata", "metadata.name", "metadata.namespace");
    private static final long MAX_BYTES = 4L * YamlDocuments.MAX_CHARACTERS;

    private static final ResourceReader.Result NOTHING = new ResourceReader.Result(List.of(), List.of(), List.of());

    private final List<Path> roots;
    private Map<Path, Parsed> parsed = new LinkedHashMap<>();

    /**
     * A file as it was read last.
     *
     * @param objects what is used of it: with what an edit broke in its last good version
     */
    private record Parsed(List<Found<?>> objects, List<Broken> broken, List<ObjectRef> stale, List<Problem> problems) {
        static final Parsed NOTHING = new Parsed(List.of(), List.of(), List.of(), List.of());
    }

    /** @param roots files, or folders whose files ending in .yaml, .yml or .json are read, at any depth */
    public FileSet(List<Path> roots) {
        this.roots = List.copyOf(roots);
    }

    /**
     * What the files hold.
     *
     * @param objects each once
     * @param broken those that cannot be read, and of which there is no earlier version
     * @param stale those that are of an earlier version of their file, because an edit broke it
     * @param problems what is wrong with the texts
     */
    public record Contents(
            Map<ObjectRef, Found<?>> objects,
            Map<ObjectRef, Broken> broken,
            List<ObjectRef> stale,
            List<Problem> problems) {
        public Contents {
            stale = List.copyOf(stale);
            problems = List.copyOf(problems);
        }
    }

    /** The files and folders as they were named. */
    public List<Path> roots() {
        return roots;
    }

    /** Reads all files. Never throws for what is in them, nor for a file that cannot be read. */
    public Contents read() {
        return read((Path _) -> true);
    }

    /**
     * Reads the files that are new or touched, and goes on with what the others held.
     *
     * @param touched absolute paths
     */
    public Contents read(Set<Path> touched) {
        return read(file -> touched.contains(file.toAbsolutePath()));
    }

    private Contents read(Predicate<Path> touched) {
        List<Problem> problems = new ArrayList<>();
        Map<Path, Parsed> now = new LinkedHashMap<>();
        List<ObjectRef> stale = new ArrayList<>();
        List<Found<?>> found = new ArrayList<>();
        Map<ObjectRef, Broken> broken = new LinkedHashMap<>();
        List<Path> files = files(problems);
        // Files know nothing of each other: all processors read.
        List<Parsed> contents = files.parallelStream()
                .map(file -> {
                    Parsed before = parsed.get(file);
                    return before == null || touched.test(file) ? parse(file) : before;
                })
                .toList();
        for (int i = 0; i < files.size(); i++) {
            Parsed each = contents.get(i);
            now.put(files.get(i), each);
            found.addAll(each.objects());
            each.broken().forEach(object -> broken.putIfAbsent(object.ref(), object));
            stale.addAll(each.stale());
            problems.addAll(each.problems());
        }
        parsed = now;
        Map<ObjectRef, Found<?>> unique = new LinkedHashMap<>();
        ResourceReader.withoutDuplicates(found, problems).forEach(each -> unique.put(each.ref(), each));
        broken.keySet().removeAll(unique.keySet());
        return new Contents(unique, broken, stale, problems);
    }

    private Parsed parse(Path file) {
        List<Problem> problems = new ArrayList<>();
        List<ObjectRef> stale = new ArrayList<>();
        ResourceReader.Result result = readFile(file, problems);
        List<Found<?>> objects = new ArrayList<>(result.found());
        if (problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR)) {
            keepBroken(file, objects, problems, stale);
        }
        return new Parsed(List.copyOf(objects), result.broken(), List.copyOf(stale), List.copyOf(problems));
    }

    private void keepBroken(Path file, List<Found<?>> objects, List<Problem> own, List<ObjectRef> stale) {
        List<ObjectRef> there = objects.stream().map(Found::ref).toList();
        boolean nameless = own.stream()
                .anyMatch(problem -> problem.severity() == Problem.Severity.ERROR
                        && (problem.object().isEmpty() || NAMING.contains(problem.path())));
        Parsed last = parsed.getOrDefault(file, Parsed.NOTHING);
        for (Found<?> before : last.objects()) {
            boolean named = own.stream()
                    .anyMatch(problem -> problem.object().equals(before.ref().toString()));
            if (!there.contains(before.ref()) && (nameless || named)) {
                objects.add(before);
                stale.add(before.ref());
            }
        }
    }

    private List<Path> files(List<Problem> problems) {
        List<Path> files = new ArrayList<>();
        for (Path root : roots) {
            if (Files.isDirectory(root)) {
                try (Stream<Path> below = Files.walk(root)) {
                    below.filter(FileSet::isResourceFile).sorted().forEach(files::add);
                } catch (IOException e) {
                    problems.add(error(root, "cannot be listed: " + e.getMessage()));
                }
            } else {
                files.add(root);
            }
        }
        return files.stream().distinct().toList();
    }

    /** True for a regular file whose name says that it holds objects. */
    static boolean isResourceFile(Path file) {
        String name = String.valueOf(file.getFileName());
        return !name.startsWith(".")
                && (name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json"))
                && Files.isRegularFile(file);
    }

    private ResourceReader.Result readFile(Path file, List<Problem> problems) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                problems.add(error(
                        file,
                        "the file has " + Files.size(file) + " bytes (expected: at most " + YamlDocuments.MAX_CHARACTERS
                                + "); split it into several files"));
                return NOTHING;
            }
            ResourceReader.Result result = ResourceReader.read(file.toString(), Files.readString(file));
            problems.addAll(result.problems());
            return result;
        } catch (NoSuchFileException e) {
            problems.add(error(file, "is not there (expected: a file or folder with Kubernetes objects)"));
        } catch (CharacterCodingException e) {
            problems.add(error(file, "is not text in UTF-8 (expected: YAML or JSON)"));
        } catch (IOException e) {
            problems.add(error(file, "cannot be read: " + e.getMessage()));
        }
        return NOTHING;
    }

    private static Problem error(Path file, String message) {
        return new Problem(Problem.Severity.ERROR, new Location(file.toString(), 1, 1), "", "", message);
    }
}
