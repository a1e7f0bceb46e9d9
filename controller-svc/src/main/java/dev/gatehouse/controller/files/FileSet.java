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
 * The files and folders that a user named, and what is used of them. Not thread-safe.
 *
 * <p>What an edit breaks keeps its last good version: the objects of a file that are not in its new text stay while the file has
 * errors, since they may be what is broken.
 *
 * <p>A file that is being written is not believed. It is read when its {@link Stamp} has stayed the same for a moment ({@link #QUIET},
 * {@link #QUIET_WHEN_BUSY}), and what it takes away stays until it has been quiet for longer: an object that is missing in a text
 * ({@link #LEAVES_AFTER}), a file that is gone ({@link #LEAVES_AFTER}), all that a file or a root holds ({@link #EMPTY_AFTER}). An
 * object that has turned up in another file in the meantime is taken from there.
 */
public final class FileSet {
    /** The root that stands for standard input, as for kubectl; a file of this name is {@code ./-}. */
    public static final Path STANDARD_INPUT = Path.of("-");

    private static final Logger LOG = System.getLogger(FileSet.class.getName());

    /** Without a change for so long, a file is taken for written. */
    static final Duration QUIET = Duration.ofMillis(50);
    /** The same for a file that is written again and again, perhaps line by line. */
    static final Duration QUIET_WHEN_BUSY = Duration.ofMillis(500);
    /** A file that is never quiet is read so often all the same. */
    static final Duration BUSY_AT_MOST = Duration.ofSeconds(10);
    /** What a change takes away is believed after so long. */
    static final Duration LEAVES_AFTER = Duration.ofSeconds(1);
    /** The same where it takes everything away: a shell empties a file before the command that fills it begins to run. */
    static final Duration EMPTY_AFTER = Duration.ofSeconds(3);

    /** A file that was seen to change more often than this without a longer quiet is written piece by piece. */
    private static final int CHANGES_OF_ONE_WRITE = 2;
    // Where the name itself is wrong, a problem cannot be told to be about an object of the last good version.
    private static final Set<String> NAMING = Set.of("metadata", "metadata.name", "metadata.namespace");
    private static final int MAX_BYTES = 4 * YamlDocuments.MAX_CHARACTERS;
    private static final Parsed NOTHING = new Parsed(List.of(), List.of(), List.of());

    private final List<Path> roots;
    private final InputStream standardInput;
    private final List<? extends Kind<?>> more;
    private final InstantSource clock;
    private Map<Path, Source> sources = new LinkedHashMap<>();
    /** What is wrong with the tree, and since when. */
    private Map<Problem, Long> treeProblems = Map.of();

    /** What a text says. */
    private record Parsed(List<Found<?>> found, List<Broken> broken, List<Problem> problems) {
        boolean hasErrors() {
            return problems.stream().anyMatch(problem -> problem.severity() == Problem.Severity.ERROR);
        }
    }

    /** One file: what was seen of it, and what is used of it. Times are nanoseconds of one clock. */
    private static final class Source {
        private final Path root;
        /** The stamp that was seen last. */
        private Stamp seen;
        /** Since when the stamp is the same. */
        private long since;
        /** Since when the file was never quiet for longer. */
        private long busySince;
        /** How often the stamp was seen to change since {@link #busySince}. */
        private int changes = 1;
        /** The stamp of the text that was read; empty: none that is sure to be whole. */
        private Optional<Stamp> read = Optional.empty();

        private Parsed parsed = NOTHING;
        /** Objects of the last good version that an edit may have broken. */
        private List<Found<?>> stale = List.of();
        /** Objects that the text does not have any more. */
        private List<Found<?>> leaving = List.of();
        /** The same of those that could not be read: what they close stays closed as long. */
        private List<Broken> leavingBroken = List.of();
        /** Since when the file is not there. */
        private OptionalLong goneSince = OptionalLong.empty();
        /** True while nothing can be known of the file, since its folder cannot be listed. */
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
     * @param roots files, or folders whose files ending in .yaml, .yml or .json are read, at any depth; {@code -} is standard input
     * @param standardInput read once, when {@code -} is among the roots
     * @param clock the one by which files have their times
     */
    public FileSet(List<Path> roots, InputStream standardInput, InstantSource clock) {
        this(roots, standardInput, clock, List.of());
    }

    /** @param more kinds that are known besides Gatehouse's own */
    public FileSet(List<Path> roots, InputStream standardInput, InstantSource clock, List<? extends Kind<?>> more) {
        this.more = List.copyOf(more);
        this.roots = List.copyOf(roots);
        this.standardInput = standardInput;
        this.clock = clock;
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

    /**
     * What a look found.
     *
     * @param changed the contents, where they are not the same as before
     * @param again when the next look should come, on the clock of this one; empty: after the next change
     * @param folders see {@link Listing#folders}
     */
    record Look(Optional<Contents> changed, OptionalLong again, Map<Path, Set<String>> folders) {}

    /** The files and folders as they were named. */
    public List<Path> roots() {
        return roots;
    }

    /**
     * Reads all files, and believes them at once. Never throws for what is in them, nor for a file that cannot be read.
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
                // It may be in the middle of being written: it is read once more when it is quiet.
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
     * Looks at the files, reads those that have changed and are quiet, and drops what has been gone for long enough.
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

    /** The sources of the files that are there, in their order. */
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
     * Takes note of what is wrong with the tree.
     *
     * @return true if what is told of it differs: a tree in the middle of being replaced is no problem
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
     * Reads files. Files know nothing of each other: all processors read.
     *
     * @param atOnce whatever is read is believed, also of a file that is being written
     * @return true if one of them was read
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
                    // As likely half written as broken.
                    source.busySince = now;
                } else {
                    accept(source, files.get(i), parsed, now);
                    taken = true;
                }
            }
        }
        return taken;
    }

    private static void accept(Source source, Listed file, Parsed parsed, long now) {
        Map<ObjectRef, Found<?>> before = new LinkedHashMap<>();
        source.parsed.found().forEach(found -> before.put(found.ref(), found));
        source.stale.forEach(found -> before.putIfAbsent(found.ref(), found));
        source.leaving.forEach(found -> before.putIfAbsent(found.ref(), found));
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

    /** True if an object that a text does not have any more may be what an error of the text is about. */
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
        // Objects that no text has: another file that has them now is believed before.
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
        // An object that has moved does not come back from where it was.
        sources.values().forEach(source -> source.leaving = without(source.leaving, unique.keySet()));
        leaving.forEach(found -> unique.putIfAbsent(found.ref(), found));
        broken.keySet().removeAll(unique.keySet());
        return new Contents(unique, broken, stale, problems);
    }

    private static List<Found<?>> without(List<Found<?>> objects, Set<ObjectRef> taken) {
        return objects.stream().filter(found -> !taken.contains(found.ref())).toList();
    }

    /** What a file says; empty if the file is gone, or was written while it was read. */
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
            // A fault of ours: it must not keep other files from being read.
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
