package dev.gatehouse.controller.files;

import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * One look at the files and folders that a user named. It lists the files with objects and their names.
 *
 * <p>Links are followed. Each file and each folder is listed once, however many names lead to it: under its own path if
 * that is in a tree, otherwise under the first link. So a link to a folder above itself does not lead to a loop.
 *
 * <p>Hidden entries of a folder are skipped (names that begin with a dot: {@code .git}, a temporary file, the {@code
 * ..data} of a mounted ConfigMap), and so are the templates of a Helm chart, which are not YAML.
 */
final class FileTree {
    /** Stands for every name. No file can have this name. */
    static final String ANY_NAME = "/";

    private static final int MAX_LINKS = 40;
    private static final int MAX_SHOWN = 10;
    /** A link to {@code /} must not end in a walk through all disks. */
    private static final int MAX_ENTRIES = 200_000;

    private final List<Path> roots;
    private final Map<Path, Listed> files = new LinkedHashMap<>();
    private final Set<Path> walked = new HashSet<>();
    private final Deque<Place> links = new ArrayDeque<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Set<Path> unlisted = new HashSet<>();
    private final Set<Path> absent = new HashSet<>();
    private final Map<Path, Set<String>> folders = new HashMap<>();
    private final Map<Path, Set<String>> leftAlone = new HashMap<>();
    private int entries;

    /** A name in a root, and its real path or, for a link, the real path of the folder that holds it. */
    private record Place(Path root, Path name, Path real) {}

    /**
     * An existing file.
     *
     * @param root the root that the file was found in
     * @param name the file's path for messages, below the root's name as the user gave it
     * @param inTree false if the user named the file itself
     */
    record Listed(Path root, Path name, Stamp stamp, boolean inTree) {}

    /**
     * The result of a look.
     *
     * @param files in the order of the roots, below each root by name
     * @param unlisted existing folders that could not be listed: the files below them are unknown
     * @param absent the roots that do not exist
     * @param folders the folders to watch, each with the names whose change may change the listing or a file, or {@link
     * #ANY_NAME}
     */
    record Listing(
            List<Listed> files,
            List<Problem> problems,
            Set<Path> unlisted,
            Set<Path> absent,
            Map<Path, Set<String>> folders) {
        Listing {
            files = List.copyOf(files);
            problems = List.copyOf(problems);
            unlisted = Set.copyOf(unlisted);
            absent = Set.copyOf(absent);
            folders = Map.copyOf(folders);
        }
    }

    private FileTree(List<Path> roots) {
        this.roots = roots;
    }

    /** Lists {@code roots}: files, or folders with everything below them. Unreadable entries are reported as problems and never throw. */
    static Listing look(List<Path> roots) {
        return new FileTree(roots).look();
    }

    private Listing look() {
        roots.forEach(this::root);
        // Links come after all trees, so that a file in a tree is listed under its own path.
        while (!links.isEmpty()) {
            follow(links.remove());
        }
        leftAlone.forEach((root, names) -> problems.add(warning(
                root,
                "left alone: "
                        + String.join(", ", names.stream().limit(MAX_SHOWN).toList())
                        + (names.size() > MAX_SHOWN ? " and " + (names.size() - MAX_SHOWN) + " more" : "")
                        + " (hidden, or the templates of a Helm chart)")));
        List<Listed> sorted = new ArrayList<>(files.values());
        Map<Path, Integer> order = new HashMap<>();
        roots.forEach(root -> order.putIfAbsent(root, order.size()));
        sorted.sort(Comparator.<Listed>comparingInt(file -> order.getOrDefault(file.root(), 0))
                .thenComparing(Listed::name));
        return new Listing(sorted, problems, unlisted, absent, folders);
    }

    private void root(Path root) {
        if (root.equals(FileSet.STANDARD_INPUT)) {
            files.putIfAbsent(root, new Listed(root, root, Stamp.STREAM, false));
            return;
        }
        Path absolute = root.toAbsolutePath();
        Path real = absolute.getRoot() == null ? absolute : trace(absolute.getRoot(), absolute);
        try {
            Stamp stamp = Stamp.of(root);
            if (stamp.form() == Stamp.Form.FOLDER) {
                walk(new Place(root, root, real));
            } else {
                files.putIfAbsent(real, new Listed(root, root, stamp, false));
            }
        } catch (NoSuchFileException e) {
            absent.add(root);
            problems.add(error(
                    root,
                    Files.isSymbolicLink(root)
                            ? leadsNowhere(root)
                            : "is not there (expected: a file or folder with Kubernetes objects)"));
        } catch (IOException e) {
            unlisted.add(root);
            problems.add(error(root, "cannot be read: " + reason(e)));
        }
    }

    private void walk(Place top) {
        Deque<Place> ahead = new ArrayDeque<>(List.of(top));
        while (!ahead.isEmpty()) {
            Place folder = ahead.pop();
            if (!walked.add(folder.real())) {
                continue;
            }
            note(folder.real(), ANY_NAME);
            List<Path> names = names(folder);
            boolean chart = names.stream().anyMatch(name -> name.endsWith("Chart.yaml"));
            for (Path name : names) {
                try {
                    entry(folder, name, chart, ahead);
                } catch (NoSuchFileException e) {
                    // The entry disappeared after it was listed.
                } catch (IOException e) {
                    unlisted.add(name);
                    problems.add(error(name, "cannot be read: " + reason(e)));
                }
            }
        }
    }

    private List<Path> names(Place folder) {
        List<Path> names = new ArrayList<>();
        try (DirectoryStream<Path> listed = Files.newDirectoryStream(folder.name())) {
            for (Path name : listed) {
                if (++entries > MAX_ENTRIES) {
                    unlisted.add(folder.name());
                    problems.add(error(
                            folder.name(),
                            "is passed over: more than " + MAX_ENTRIES
                                    + " files and folders were found (expected: a folder of configuration files)"));
                    return List.of();
                }
                names.add(name);
            }
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            return unlisted(folder, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            return unlisted(folder, e);
        }
        names.sort(Comparator.naturalOrder());
        return names;
    }

    private List<Path> unlisted(Place folder, IOException e) {
        unlisted.add(folder.name());
        problems.add(error(folder.name(), "cannot be listed: " + reason(e)));
        return List.of();
    }

    private void entry(Place folder, Path name, boolean chart, Deque<Place> ahead) throws IOException {
        String last = String.valueOf(name.getFileName());
        // Names such as ..data in a mounted volume are Kubernetes' own and are not shown to the user.
        if (last.startsWith("..")) {
            return;
        }
        Stamp stamp = Stamp.of(name, LinkOption.NOFOLLOW_LINKS);
        boolean templates = chart && last.equals("templates") && stamp.form() == Stamp.Form.FOLDER;
        if (last.startsWith(".") || templates) {
            if (stamp.form() == Stamp.Form.FOLDER || holdsObjects(last)) {
                leftAlone.computeIfAbsent(folder.root(), _ -> new TreeSet<>()).add(below(folder.root(), name));
            }
            return;
        }
        Path real = folder.real().resolve(last);
        switch (stamp.form()) {
            case FOLDER -> ahead.add(new Place(folder.root(), name, real));
            case LINK -> links.add(new Place(folder.root(), name, folder.real()));
            case FILE -> {
                if (holdsObjects(last)) {
                    files.putIfAbsent(real, new Listed(folder.root(), name, stamp, true));
                }
            }
            case STREAM -> {
                // Other entries are skipped: reading a pipe in a folder would block.
            }
        }
    }

    private static String below(Path root, Path name) {
        int count = root.getNameCount();
        return count < name.getNameCount()
                ? name.subpath(count, name.getNameCount()).toString()
                : name.toString();
    }

    private void follow(Place link) {
        Path name = link.name().getFileName();
        Path real = name == null ? link.real() : trace(link.real(), name);
        try {
            Stamp stamp = Stamp.of(link.name());
            switch (stamp.form()) {
                case FOLDER -> walk(new Place(link.root(), link.name(), real));
                case FILE -> {
                    if (holdsObjects(String.valueOf(name))) {
                        files.putIfAbsent(real, new Listed(link.root(), link.name(), stamp, true));
                    }
                }
                case LINK, STREAM -> {
                    // Other targets are skipped: a link is already followed, and reading a pipe would block.
                }
            }
        } catch (NoSuchFileException e) {
            if (Files.isSymbolicLink(link.name())) {
                problems.add(
                        holdsObjects(String.valueOf(name))
                                ? error(link.name(), leadsNowhere(link.name()))
                                : warning(link.name(), leadsNowhere(link.name())));
            }
        } catch (IOException e) {
            unlisted.add(link.name());
            problems.add(error(link.name(), "is a link that cannot be followed: " + reason(e)));
        }
    }

    /**
     * The target of {@code path} as seen from {@code folder}, found link by link. Each folder in which a name is looked
     * up is recorded for the watch: a change of that name there may change the target.
     */
    private Path trace(Path folder, Path path) {
        Deque<Path> names = new ArrayDeque<>();
        path.forEach(names::add);
        Path at = folder;
        int followed = 0;
        while (!names.isEmpty()) {
            Path name = names.pop();
            String text = name.toString();
            if (text.isEmpty() || text.equals(".")) {
                continue;
            }
            if (text.equals("..")) {
                at = at.getParent() == null ? at : at.getParent();
                continue;
            }
            Path next = at.resolve(name);
            note(at, text);
            if (Files.isSymbolicLink(next) && ++followed <= MAX_LINKS) {
                try {
                    Path target = Files.readSymbolicLink(next);
                    at = target.isAbsolute() ? target.getRoot() : at;
                    for (int i = target.getNameCount() - 1; i >= 0; i--) {
                        names.push(target.getName(i));
                    }
                    continue;
                } catch (IOException e) {
                    // The link disappeared or was replaced meanwhile. The code that reads the path reports the problem.
                }
            }
            at = next;
        }
        return at;
    }

    private void note(Path folder, String name) {
        folders.computeIfAbsent(folder, _ -> new HashSet<>()).add(name);
    }

    /** True if the name's ending is one of files with objects. */
    private static boolean holdsObjects(String name) {
        return name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
    }

    private static String leadsNowhere(Path link) {
        try {
            return "is a link to " + Files.readSymbolicLink(link)
                    + ", which is not there (expected: a file or folder with Kubernetes objects)";
        } catch (IOException e) {
            return "is not there (expected: a file or folder with Kubernetes objects)";
        }
    }

    /** The reason of the failure without the path, which the message already names. */
    static String reason(IOException e) {
        return e instanceof FileSystemException system && system.getReason() != null
                ? system.getReason()
                : e instanceof AccessDeniedException ? "permission denied" : e.toString();
    }

    private static Problem error(Path path, String message) {
        return new Problem(Problem.Severity.ERROR, new Location(path.toString(), 1, 1), "", "", message);
    }

    private static Problem warning(Path path, String message) {
        return new Problem(Problem.Severity.WARNING, new Location(path.toString(), 1, 1), "", "", message);
    }
}
