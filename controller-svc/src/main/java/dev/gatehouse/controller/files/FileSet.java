package dev.gatehouse.controller.files;

import dev.gatehouse.controller.files.FileTree.Listed;
import dev.gatehouse.controller.files.FileTree.Listing;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader;
import dev.gatehouse.gatewayapi.ResourceReader.Broken;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import dev.gatehouse.gatewayapi.yaml.Location;
import dev.gatehouse.gatewayapi.yaml.Problem;
import dev.gatehouse.gatewayapi.yaml.YamlDocuments;
import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The files and folders that a user named, and the objects that they give the controller. Not thread-safe.
 *
 * <p>An object that an edit breaks keeps its last good version. While a file has errors, objects of its last good text
 * that its new text lacks stay in use, since the errors may be theirs.
 *
 * <p>A file is not used while it is being written. It is read once its {@link Stamp} has been unchanged for a moment
 * ({@link #QUIET}, {@link #QUIET_WHEN_BUSY}). Removals take effect later than additions: an object missing in a text
 * and a missing file are removed after {@link #LEAVES_AFTER}, and the last objects of a file or root after {@link
 * #EMPTY_AFTER}. If a removed object appears in another file meanwhile, that file's version is used at once.
 */
public final class FileSet {
    /** The root that stands for standard input, as for kubectl; a file of this name is {@code ./-}. */
    public static final Path STANDARD_INPUT = Path.of("-");

    private static final Logger LOG = System.getLogger(FileSet.class.getName());

    /** A file without a change for this long counts as completely written. */
    static final Duration QUIET = Duration.ofMillis(50);
    /** The same period for a file that changes repeatedly, perhaps line by line. */
    static final Duration QUIET_WHEN_BUSY = Duration.ofMillis(500);
    /** A file that is never quiet is read after this time nevertheless. */
    static final Duration BUSY_AT_MOST = Duration.ofSeconds(10);
    /** Objects that a change removes stay in use for this long. */
    static final Duration LEAVES_AFTER = Duration.ofSeconds(1);
    /** The same period if a change removes all objects: a shell empties a file before the command that fills the file begins to run. */
    static final Duration EMPTY_AFTER = Duration.ofSeconds(3);

    /** A file with more changes than this since its last quiet period is being written piece by piece. */
    private static final int CHANGES_OF_ONE_WRITE = 2;
    // The fields that name an object. A problem with one of these fields cannot be assigned to an object of the last
    // good version.
    private static final Set<String> NAMING = Set.of("metadata", "metadata.name", "metadata.namespace");
    private static final int MAX_BYTES = 4 * YamlDocuments.MAX_CHARACTERS;
    private static final Parsed NOTHING = new Parsed(List.of(), List.of(), List.of());

    private final List<Path> roots;
    private final InputStream standardInput;
    private final List<? extends Kind<?>> more;
    private final InstantSource clock;
    private Map<Path, Source> sources = new LinkedHashMap<>();
    /** The problems of the tree, each with the time since which it exists. */
    private Map<Problem, Long> treeProblems = Map.of();

    /** The parsed content of a text. */
    private record Parsed(List<Found<?>> found, List<Broken> broken, List<Problem> problems) {
        boolean hasErrors() {
            return problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR);
        }

        Parsed withoutBrokenCertificates(Map<ObjectRef, Found<?>> before) {
            List<Found<?>> usable = new ArrayList<>();
            List<Problem> all = new ArrayList<>(problems);
            for (Found<?> each : found) {
                Optional<Problem> problem = BrokenCertificates.problem(each, before);
                problem.ifPresentOrElse(all::add, () -> usable.add(each));
            }
            return usable.size() == found.size() ? this : new Parsed(usable, broken, List.copyOf(all));
        }
    }

    /** One file: its observed stamps and the objects in use. Times are nanoseconds of one clock. */
    private static final class Source {
        private final Path root;
        /** The stamp that was seen last. */
        private Stamp seen;
        /** Since when the stamp is the same. */
        private long since;
        /** The time since which the file has not been quiet for longer than {@link #QUIET_WHEN_BUSY}. */
        private long busySince;
        /** How often the stamp was seen to change since {@link #busySince}. */
        private int changes = 1;
        /** The stamp of the text that was read; empty: no text that is certain to be complete. */
        private Optional<Stamp> read = Optional.empty();

        private Parsed parsed = NOTHING;
        /** Objects of the last good version that an edit may have broken. */
        private List<Found<?>> stale = List.of();
        /** Objects that the new text lacks and that are still in use. */
        private List<Found<?>> leaving = List.of();
        /** Unreadable objects that the new text lacks. Whatever an unreadable object closes stays closed as long as it is in this list. */
        private List<Broken> leavingBroken = List.of();
        /** The time since which the file is missing. */
        private OptionalLong goneSince = OptionalLong.empty();
        /** True while the file's state is unknown because its folder cannot be listed. */
        private boolean unknown;

        Source(Listed file, long now) {
            this.root = file.root();
            this.seen = file.stamp();
            this.since = now;
            this.busySince = now;
        }

        void see(Stamp stamp, long now) {
            goneSince = OptionalLong.empty();
            unknown = false;
            if (!stamp.equals(seen)) {
                if (now - since >= QUIET_WHEN_BUSY.toNanos()) {
                    busySince = now;
                    changes = 0;
                }
                seen = stamp;
                since = now;
                changes++;
            }
        }

        boolean isRead() {
            return read.equals(Optional.of(seen));
        }

        long readAt() {
            return Math.min(
                    since + (changes > CHANGES_OF_ONE_WRITE ? QUIET_WHEN_BUSY : QUIET).toNanos(),
                    busySince + BUSY_AT_MOST.toNanos());
        }

        long leavesAt() {
            return since + (parsed.found().isEmpty() ? EMPTY_AFTER : LEAVES_AFTER).toNanos();
        }

        boolean hasLeaving() {
            return !leaving.isEmpty() || !leavingBroken.isEmpty();
        }

        void leave() {
            leaving = List.of();
            leavingBroken = List.of();
        }

        boolean busy(long now) {
            return now - since < QUIET.toNanos();
        }
    }

    /**
     * @param roots files, or folders whose files ending in .yaml, .yml or .json are read, at any depth; {@code -} is
     * standard input
     * @param standardInput read once, when {@code -} is among the roots
     * @param clock the clock of the files' modification times
     */
    public FileSet(List<Path> roots, InputStream standardInput, InstantSource clock) {
        this(roots, standardInput, clock, List.of());
    }

    /** @param more kinds to read in addition to Gatehouse's own */
    public FileSet(List<Path> roots, InputStream standardInput, InstantSource clock, List<? extends Kind<?>> more) {
        this.more = List.copyOf(more);
        this.roots = List.copyOf(roots);
        this.standardInput = standardInput;
        this.clock = clock;
    }

    /**
     * The contents of the files.
     *
     * @param objects the objects, without duplicates
     * @param broken the objects that cannot be read and have no earlier version
     * @param stale the objects from an earlier version of their file, because an edit broke the file
     * @param problems the problems of the texts
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

    /**
     * The result of a look at the files.
     *
     * @param changed the contents; empty: unchanged since the previous look
     * @param again the time of the next look, on the same clock as this look's; empty: after the next change
     * @param folders see {@link Listing#folders}
     */
    record Look(Optional<Contents> changed, OptionalLong again, Map<Path, Set<String>> folders) {}

    /** The files and folders as the user named them. */
    public List<Path> roots() {
        return roots;
    }

    /**
     * Reads all files and uses them at once, without waiting for quiet. Invalid content and unreadable files are
     * reported as problems and never throw.
     *
     * @param now see {@link #look}
     */
    public Contents read(long now) {
        Listing listing = FileTree.look(roots);
        Map<Path, Source> present = sources(listing, now);
        sources = new LinkedHashMap<>(present);
        take(listing.files(), now, true);
        present.values().forEach(source -> {
            if (source.seen.isYoung(clock.instant())) {
                // The file may be half written, so it is read again once it is quiet.
                source.read = Optional.empty();
            }
            source.leave();
        });
        treeProblems = listing.problems().stream()
                .distinct()
                .collect(Collectors.toMap(Function.identity(), _ -> now - LEAVES_AFTER.toNanos()));
        return contents(now);
    }

    /**
     * Looks at the files, reads the files that have changed and are quiet, and drops objects whose removal has lasted
     * long enough.
     *
     * @param now in nanoseconds, of a clock that only goes forward
     */
    Look look(long now) {
        Listing listing = FileTree.look(roots);
        Map<Path, Source> before = sources;
        Map<Path, Source> present = sources(listing, now);
        boolean changed = !before.keySet().containsAll(present.keySet());
        Map<Path, Source> all = new LinkedHashMap<>(present);
        for (Map.Entry<Path, Source> each : before.entrySet()) {
            if (!present.containsKey(each.getKey())) {
                Source source = each.getValue();
                boolean unknown = listing.unlisted().stream().anyMatch(each.getKey()::startsWith);
                changed |= unknown != source.unknown;
                source.unknown = unknown;
                if (unknown) {
                    all.put(each.getKey(), source);
                    continue;
                }
                source.goneSince = OptionalLong.of(source.goneSince.orElse(now));
                if (now < goneAt(source, listing)) {
                    all.put(each.getKey(), source);
                } else {
                    changed = true;
                }
            }
        }
        sources = all;
        List<Listed> due = listing.files().stream()
                .filter(file -> {
                    Source source = all.get(file.name());
                    return source != null && !source.isRead() && now >= source.readAt();
                })
                .toList();
        changed |= take(due, now, false);
        for (Source source : present.values()) {
            if (source.hasLeaving() && source.isRead() && now >= source.leavesAt()) {
                source.leave();
                changed = true;
            }
        }
        changed |= noteProblems(listing, now);
        return new Look(
                changed ? Optional.of(contents(now)) : Optional.empty(), again(listing, now), listing.folders());
    }

    private static long goneAt(Source source, Listing listing) {
        return source.goneSince.orElseThrow()
                + (listing.absent().contains(source.root) ? EMPTY_AFTER : LEAVES_AFTER).toNanos();
    }

    /** The sources of the existing files, in their order. */
    private Map<Path, Source> sources(Listing listing, long now) {
        Map<Path, Source> present = new LinkedHashMap<>();
        for (Listed file : listing.files()) {
            Source known = sources.get(file.name());
            Source source = known == null ? new Source(file, now) : known;
            source.see(file.stamp(), now);
            present.put(file.name(), source);
        }
        return present;
    }

    /**
     * Records the problems of the tree.
     *
     * @return true if the reported problems change; a problem is reported only after some time, since a tree may be in
     * the middle of being replaced
     */
    private boolean noteProblems(Listing listing, long now) {
        List<Problem> told = treeProblems(now);
        Map<Problem, Long> since = new HashMap<>();
        listing.problems().forEach(problem -> since.put(problem, treeProblems.getOrDefault(problem, now)));
        treeProblems = since;
        return !Set.copyOf(told).equals(Set.copyOf(treeProblems(now)));
    }

    private List<Problem> treeProblems(long now) {
        return treeProblems.entrySet().stream()
                .filter(each -> now - each.getValue() >= LEAVES_AFTER.toNanos())
                .map(Map.Entry::getKey)
                .toList();
    }

    private OptionalLong again(Listing listing, long now) {
        List<Long> times = new ArrayList<>();
        sources.values().forEach(source -> {
            if (source.goneSince.isPresent()) {
                times.add(goneAt(source, listing));
            } else if (!source.unknown && !source.isRead()) {
                times.add(source.readAt());
            } else if (source.hasLeaving()) {
                times.add(source.leavesAt());
            }
        });
        treeProblems.values().stream()
                .map(since -> since + LEAVES_AFTER.toNanos())
                .filter(time -> time > now)
                .forEach(times::add);
        return times.stream().mapToLong(Long::longValue).min().stream().findFirst();
    }

    /**
     * Reads files. The files are independent of each other, so all processors read in parallel.
     *
     * @param atOnce whether the text of a file that may still be written is used too
     * @return true if at least one file was read
     */
    private boolean take(List<Listed> files, long now, boolean atOnce) {
        List<Optional<Parsed>> texts =
                files.parallelStream().map(file -> parse(file, atOnce)).toList();
        boolean taken = false;
        for (int i = 0; i < files.size(); i++) {
            Source source = sources.get(files.get(i).name());
            if (source != null && texts.get(i).isPresent()) {
                Parsed parsed = texts.get(i).get();
                if (parsed.hasErrors() && source.busy(now) && !atOnce) {
                    // A text with errors may be broken or half written.
                    source.busySince = now;
                } else {
                    accept(source, files.get(i), parsed, now);
                    taken = true;
                }
            }
        }
        return taken;
    }

    private static void accept(Source source, Listed file, Parsed read, long now) {
        Map<ObjectRef, Found<?>> before = new LinkedHashMap<>();
        source.parsed.found().forEach(found -> before.put(found.ref(), found));
        source.stale.forEach(found -> before.putIfAbsent(found.ref(), found));
        source.leaving.forEach(found -> before.putIfAbsent(found.ref(), found));
        Parsed parsed = read.withoutBrokenCertificates(before);
        parsed.found().forEach(found -> before.remove(found.ref()));
        List<Found<?>> stale = new ArrayList<>();
        List<Found<?>> leaving = new ArrayList<>();
        before.values().forEach(found -> (mayBeBroken(found, parsed.problems()) ? stale : leaving).add(found));
        Map<ObjectRef, Broken> closed = new LinkedHashMap<>();
        source.parsed.broken().forEach(broken -> closed.put(broken.ref(), broken));
        source.leavingBroken.forEach(broken -> closed.putIfAbsent(broken.ref(), broken));
        parsed.found().forEach(found -> closed.remove(found.ref()));
        parsed.broken().forEach(broken -> closed.remove(broken.ref()));
        source.leavingBroken = List.copyOf(closed.values());
        source.parsed = parsed;
        source.stale = List.copyOf(stale);
        source.leaving = List.copyOf(leaving);
        source.read = Optional.of(file.stamp());
        source.busySince = now;
    }

    /** True if an error of the text may be about {@code found}, an object that the text lacks. */
    private static boolean mayBeBroken(Found<?> found, List<Problem> problems) {
        return problems.stream()
                .filter(problem -> problem.severity() == Problem.Severity.ERROR)
                .anyMatch(problem -> problem.object().isEmpty()
                        || NAMING.contains(problem.path())
                        || problem.object().equals(found.ref().toString()));
    }

    private Contents contents(long now) {
        List<Problem> problems = new ArrayList<>(treeProblems(now));
        List<Found<?>> used = new ArrayList<>();
        // Objects that no text has any more. They give way to another file's version of them.
        List<Found<?>> leaving = new ArrayList<>();
        List<ObjectRef> stale = new ArrayList<>();
        Map<ObjectRef, Broken> broken = new LinkedHashMap<>();
        for (Source source : sources.values()) {
            source.parsed.broken().forEach(each -> broken.putIfAbsent(each.ref(), each));
            source.leavingBroken.forEach(each -> broken.putIfAbsent(each.ref(), each));
            List<Found<?>> own = source.goneSince.isPresent() ? leaving : used;
            own.addAll(source.parsed.found());
            own.addAll(source.stale);
            leaving.addAll(source.leaving);
            if (source.goneSince.isEmpty()) {
                problems.addAll(source.parsed.problems());
                source.stale.forEach(found -> stale.add(found.ref()));
            }
            if (source.unknown) {
                source.parsed.found().forEach(found -> stale.add(found.ref()));
            }
        }
        Map<ObjectRef, Found<?>> unique = new LinkedHashMap<>();
        ResourceReader.withoutDuplicates(used, problems).forEach(found -> unique.put(found.ref(), found));
        // An object that moved to another file is not restored from its old file.
        sources.values().forEach(source -> source.leaving = without(source.leaving, unique.keySet()));
        leaving.forEach(found -> unique.putIfAbsent(found.ref(), found));
        broken.keySet().removeAll(unique.keySet());
        return new Contents(unique, broken, stale, problems);
    }

    private static List<Found<?>> without(List<Found<?>> objects, Set<ObjectRef> taken) {
        return objects.stream().filter(found -> !taken.contains(found.ref())).toList();
    }

    /** The parsed content of a file; empty if the file is gone, or was written while it was read. */
    private Optional<Parsed> parse(Listed file, boolean atOnce) {
        List<Problem> problems = new ArrayList<>();
        List<Found<?>> found = List.of();
        List<Broken> broken = List.of();
        try {
            byte[] text = bytes(file);
            if (!atOnce
                    && file.stamp().form() == Stamp.Form.FILE
                    && !Stamp.of(file.name()).equals(file.stamp())) {
                return Optional.empty();
            }
            if (text.length > MAX_BYTES) {
                problems.add(error(
                        file,
                        "the file has more than " + MAX_BYTES + " bytes (expected: at most "
                                + YamlDocuments.MAX_CHARACTERS + "); split it into several files"));
            } else {
                ResourceReader.Result result = ResourceReader.read(shown(file), text, file.inTree(), more);
                problems.addAll(result.problems());
                found = result.found();
                broken = result.broken();
            }
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            problems.add(error(file, "cannot be read: " + FileTree.reason(e)));
        } catch (RuntimeException | StackOverflowError e) {
            // A bug of Gatehouse: it must not keep other files from being read.
            LOG.log(Level.ERROR, shown(file) + " cannot be read", e);
            problems.add(error(file, "cannot be read: " + e));
        }
        return Optional.of(new Parsed(found, broken, List.copyOf(problems)));
    }

    private byte[] bytes(Listed file) throws IOException {
        if (file.name().equals(STANDARD_INPUT)) {
            return standardInput.readNBytes(MAX_BYTES + 1);
        }
        try (InputStream in = Files.newInputStream(file.name())) {
            return in.readNBytes(MAX_BYTES + 1);
        }
    }

    private static String shown(Listed file) {
        return file.name().equals(STANDARD_INPUT) ? "<stdin>" : file.name().toString();
    }

    private static Problem error(Listed file, String message) {
        return new Problem(Problem.Severity.ERROR, new Location(shown(file), 1, 1), "", "", message);
    }
}
