package dev.gatehouse.controller.files;

import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.control.ControllerView;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.gatewayapi.Kind;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.ResourceReader.Found;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Feeds the controller with the objects of files, and feeds it again whenever the files change. */
public final class FileSource implements AutoCloseable {
    private static final Logger LOG = System.getLogger(FileSource.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final Duration PERIOD = Duration.ofSeconds(1);
    // Multiples of a look's duration: the pause after a look, and the period of looks without an event. So looks take
    // at most a fifth of a processor while files change, and a twentieth otherwise.
    private static final long PAUSE_FACTOR = 4;
    private static final long PERIOD_FACTOR = 20;

    private final FileSet files;
    private final FileChanges changes;
    private final Controller controller;
    private final InstantSource clock;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Deque<Loaded> underWay = new ArrayDeque<>();
    private volatile FileSet.Contents contents = new FileSet.Contents(Map.of(), Map.of(), List.of(), List.of());
    private Optional<Loaded> settled = Optional.empty();

    /** Contents that were handed to the controller, and the controller's ticket for them. */
    private record Loaded(FileSet.Contents contents, long ticket) {}

    /**
     * @param controllerName the controller name of the built-in GatewayClasses
     * @param clock the time at which certificates must be valid
     */
    public FileSource(List<Path> roots, String controllerName, Controller controller, InstantSource clock) {
        this(roots, controllerName, controller, clock, List.of());
    }

    /** @param more kinds to read in addition to Gatehouse's own */
    public FileSource(
            List<Path> roots,
            String controllerName,
            Controller controller,
            InstantSource clock,
            List<? extends Kind<?>> more) {
        this.clock = clock;
        this.files = new FileSet(roots, System.in, clock, more);
        this.changes = new FileChanges(controllerName);
        this.controller = controller;
    }

    /** Reads the files once, hands their objects to the controller, and watches them from then on. */
    public void start() throws InterruptedException {
        FolderWatch watch = FolderWatch.open();
        open.add(watch);
        load(files.read(System.nanoTime()));
        Thread.ofPlatform().name("file-watch").daemon().start(() -> follow(watch));
    }

    /**
     * Looks at the files after an event, when a file is expected to be quiet, and periodically, since no operating
     * system reports every change. The duration of a look bounds how often the files are looked at.
     */
    private void follow(FolderWatch watch) {
        long earliest = System.nanoTime();
        long next = earliest;
        try {
            while (true) {
                watch.await(until(next));
                // Events during the pause lead to one look together.
                while (System.nanoTime() < earliest) {
                    watch.await(until(earliest));
                }
                long begun = System.nanoTime();
                Optional<FileSet.Look> look = look(begun);
                boolean added = look.isPresent() && watch.follow(look.get().folders());
                long now = System.nanoTime();
                long cost = now - begun;
                earliest = now + Math.max(PAUSE.toNanos(), PAUSE_FACTOR * cost);
                next = now + Math.max(PERIOD.toNanos(), PERIOD_FACTOR * cost);
                if (look.isPresent()) {
                    next = Math.min(next, look.get().again().orElse(next));
                    if (look.get().changed().isPresent()) {
                        load(look.get().changed().get());
                    }
                }
                if (added) {
                    next = earliest;
                }
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            // Closed.
        }
    }

    private Optional<FileSet.Look> look(long now) {
        try {
            return Optional.of(files.look(now));
        } catch (RuntimeException | StackOverflowError e) {
            // A bug of Gatehouse. The loop goes on: the next look may succeed, and without it no change would ever be
            // seen.
            LOG.log(Level.ERROR, "looking at the files failed; they are looked at again soon", e);
            return Optional.empty();
        }
    }

    private static Duration until(long time) {
        return Duration.ofNanos(Math.max(0, time - System.nanoTime()));
    }

    /** The files and folders that are read, as the user named them. */
    public List<Path> roots() {
        return files.roots();
    }

    /** The contents of the files when they were last read. */
    public FileSet.Contents contents() {
        return contents;
    }

    /**
     * All problems of the files: of their texts, as last read, and of their objects, as far as {@code view} includes
     * them.
     */
    public List<Problem> problems(ControllerView view) {
        List<Problem> problems = new ArrayList<>(contents.problems());
        takenBy(view).ifPresent(loaded -> {
            Map<ObjectRef, Found<?>> objects = loaded.contents().objects();
            problems.addAll(
                    Findings.of(objects, view.statuses(), view.gateways().keySet(), List.copyOf(problems)));
            problems.addAll(Advice.of(objects, view.gateways(), view.statuses(), clock.instant()));
        });
        return problems;
    }

    /** True once {@code view} includes the contents of the first read or of a later one. */
    public boolean seenBy(ControllerView view) {
        return takenBy(view).isPresent();
    }

    /** The objects that are served in an earlier version because an edit broke them. */
    public List<ObjectRef> stale() {
        return contents.stale();
    }

    @Override
    public void close() throws Exception {
        for (AutoCloseable each : open) {
            each.close();
        }
    }

    private void load(FileSet.Contents read) throws InterruptedException {
        contents = read;
        List<Change> brought = changes.to(read);
        // The lock covers the submission: a reader that sees a view with the ticket must find the ticket in the list.
        synchronized (underWay) {
            underWay.add(new Loaded(read, controller.submit(brought)));
        }
    }

    /** The newest contents that {@code view} includes. */
    private Optional<Loaded> takenBy(ControllerView view) {
        synchronized (underWay) {
            while (!underWay.isEmpty() && underWay.getFirst().ticket() <= view.taken()) {
                settled = Optional.of(underWay.removeFirst());
            }
            return settled;
        }
    }
}
