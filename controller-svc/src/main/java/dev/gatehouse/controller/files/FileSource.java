package dev.gatehouse.controller.files;

import dev.gatehouse.controller.control.Controller;
import dev.gatehouse.controller.control.ControllerView;
import dev.gatehouse.gatewayapi.ObjectRef;
import dev.gatehouse.gatewayapi.yaml.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Feeds the controller from files, and again whenever they change. */
public final class FileSource implements AutoCloseable {
    private final FileSet files;
    private final FileChanges changes;
    private final Controller controller;
    private final List<AutoCloseable> open = new ArrayList<>();
    private volatile FileSet.Contents contents = new FileSet.Contents(Map.of(), List.of(), List.of());

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

    /** All that is wrong with the files: with their texts, and with the objects together. */
    public List<Problem> problems(ControllerView view) {
        List<Problem> problems = new ArrayList<>(contents.problems());
        problems.addAll(
                Findings.of(contents.objects(), view.statuses(), view.gateways().keySet()));
        return problems;
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
        controller.submit(changes.to(read));
    }
}
