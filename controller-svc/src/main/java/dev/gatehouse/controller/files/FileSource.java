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

/** Feeds the controller from files, and again whenever they change. */
public final class FileSource implements AutoCloseable {
    private static final Logger LOG = System.getLogger(FileSource.class.getName());
    private static final Duration PAUSE = Duration.ofMillis(10);
    private static final Duration PERIOD = Duration.ofSeconds(1);
    // At most a fifth of a processor while much happens, and a twentieth while nothing does.
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

    /** What was read, and the controller's ticket for it. */
    private record Loaded(FileSet.Contents contents, long ticket) {}

    /**
     * @param controllerName of the GatewayClasses that are there without a file
     * @param clock for telling which certificates are valid
     */
    public FileSource(List<Path> roots, String controllerName, Controller controller, InstantSource clock) {
        this(roots, controllerName, controller, clock, List.of());
    }

    /** @param more kinds that are known besides Gatehouse's own */
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
     * Looks at the files whenever something happens, when a file is expected to be quiet, and periodically, since no system tells of
     * every change. What looking costs bounds how often it is done.
     */
    private void follow(FolderWatch watch) {
        long earliest = System.nanoTime();
        long next = earliest;
        try {
            while (true) {
                watch.await(until(next));
                // One look for all that happens meanwhile.
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
            // A fault of ours: the next look may go better, and without one no change is ever seen again.
            LOG.log(Level.ERROR, "looking at the files failed; they are looked at again soon", e);
            return Optional.empty();
        }
    }

    private static Duration until(long time) {
        return Duration.ofNanos(Math.max(0, time - System.nanoTime()));
    }

    /** The files and folders that are read, as they were named. */
    public List<Path> roots() {
        return files.roots();
    }

    /** What the files held when they were last read. */
    public FileSet.Contents contents() {
        return contents;
    }

    /**
     * All that is wrong with the files: with their texts, as read last, and with the objects together, as far as the view has
     * taken them.
     */
    public List<Problem> problems(ControllerView view) {
        List<Problem> problems = new ArrayList<>(contents.problems());
        takenBy(view).ifPresent(loaded -> {
            Map<ObjectRef, Found<?>> objects = loaded.contents().objects();
            problems.addAll(
                    Findings.of(objects, view.statuses(), view.gateways().keySet()));
            problems.addAll(Advice.of(objects, view.gateways(), view.statuses(), clock.instant()));
        });
        return problems;
    }

    /** True once {@code view} is of what the files held at the start or later. */
    public boolean seenBy(ControllerView view) {
        return takenBy(view).isPresent();
    }

    /** The objects that are served in an earlier version, since an edit broke them. */
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
        // Whoever sees a view with the ticket must find the ticket here.
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
