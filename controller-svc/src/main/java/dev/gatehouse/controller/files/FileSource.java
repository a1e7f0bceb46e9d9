package dev.gatehouse.controller.files;

import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.control.ControllerView;
import dev.gatehouse.controller.translate.Translator.Change;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Feeds the controller from files, and again whenever they change. */
public final class FileSource implements AutoCloseable {
    private final FileSet files;
    private final FileChanges changes;
    private final Controller controller;
    private final List<AutoCloseable> open = new ArrayList<>();
    private final Deque<Loaded> underWay = new ArrayDeque<>();
    private volatile FileSet.Contents contents = new FileSet.Contents(Map.of(), Map.of(), List.of(), List.of());
    private Optional<Loaded> settled = Optional.empty();

    /** What was read, and the controller's ticket for it. */
    private record Loaded(FileSet.Contents contents, long ticket) {}

    /** @param controllerName of the GatewayClasses that are there without a file */
    public FileSource(List<Path> roots, String controllerName, Controller controller) {
        this.files = new FileSet(roots);
        this.changes = new FileChanges(controllerName);
        this.controller = controller;
    }

    /** Reads the files once, hands their objects to the controller, and watches them from then on. */
    public void start() throws IOException, InterruptedException {
        FileWatch watch = FileWatch.open(files.roots());
        open.add(watch);
        load(files.read());
        watch.start(touched -> {
            try {
                load(files.read(touched));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
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
        takenBy(view)
                .ifPresent(loaded -> problems.addAll(Findings.of(
                        loaded.contents().objects(),
                        view.statuses(),
                        view.gateways().keySet())));
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
