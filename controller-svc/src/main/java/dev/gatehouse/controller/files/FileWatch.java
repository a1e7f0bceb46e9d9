package dev.gatehouse.controller.files;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.ClosedWatchServiceException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Calls back when a watched file may have changed. Waits until nothing happened for a moment, so that a file is read after it
 * was written and not while; a file that was just emptied is given longer, since editors write it next.
 */
public final class FileWatch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(FileWatch.class.getName());
    private static final Duration QUIET = Duration.ofMillis(20);
    private static final Duration QUIET_WHEN_EMPTY = Duration.ofMillis(500);
    private static final Duration AT_MOST = Duration.ofMillis(300);

    private final WatchService service;
    private final List<Path> roots;
    private final Map<Path, WatchKey> watched = new HashMap<>();

    private FileWatch(WatchService service, List<Path> roots) {
        this.service = service;
        this.roots = roots;
    }

    /** Takes note of changes of {@code roots}, files or folders with all below them, from now on. */
    public static FileWatch open(List<Path> roots) throws IOException {
        FileWatch watch = new FileWatch(
                FileSystems.getDefault().newWatchService(),
                roots.stream().map(Path::toAbsolutePath).toList());
        watch.register();
        return watch;
    }

    /**
     * Tells of the changes since {@link #open}, and of all that come.
     *
     * @param changed called with the absolute paths of what was touched, on the watch's own thread, one call at a time
     */
    public void start(Consumer<Set<Path>> changed) {
        Thread.ofPlatform().name("file-watch").daemon().start(() -> run(changed));
    }

    @Override
    public void close() {
        try {
            service.close();
        } catch (IOException e) {
            LOG.log(Level.WARNING, "the file watch could not be closed", e);
        }
    }

    private void run(Consumer<Set<Path>> changed) {
        try {
            while (true) {
                WatchKey key = service.take();
                Set<Path> touched = new HashSet<>();
                collect(key, touched);
                settle(touched);
                if (!touched.isEmpty()) {
                    register();
                    changed.accept(Set.copyOf(touched));
                }
            }
        } catch (InterruptedException | ClosedWatchServiceException e) {
            // Closed.
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "the file watch ended; changes of files are not seen any more", e);
        }
    }

    /** Takes events until there was none for a moment. */
    private void settle(Set<Path> touched) throws InterruptedException {
        long end = System.nanoTime() + AT_MOST.toNanos();
        while (System.nanoTime() < end) {
            Duration quiet = touched.stream().anyMatch(FileWatch::isEmpty) ? QUIET_WHEN_EMPTY : QUIET;
            WatchKey key = service.poll(quiet.toMillis(), TimeUnit.MILLISECONDS);
            if (key == null) {
                return;
            }
            collect(key, touched);
        }
    }

    private static boolean isEmpty(Path file) {
        try {
            return Files.isRegularFile(file) && Files.size(file) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    private void collect(WatchKey key, Set<Path> touched) {
        Path folder = (Path) key.watchable();
        for (WatchEvent<?> event : key.pollEvents()) {
            if (event.kind() == StandardWatchEventKinds.OVERFLOW) {
                touched.addAll(everyFile());
            } else if (event.context() instanceof Path name) {
                Path file = folder.resolve(name);
                if (matters(file)) {
                    touched.add(file);
                }
            }
        }
        if (!key.reset()) {
            watched.remove(folder);
        }
    }

    /** For when more happened than the system remembers. */
    private Set<Path> everyFile() {
        Set<Path> files = new HashSet<>();
        for (Path root : roots) {
            try (Stream<Path> below = Files.walk(root)) {
                below.filter(Files::isRegularFile).forEach(files::add);
            } catch (IOException e) {
                LOG.log(Level.WARNING, "cannot list " + root + ": " + e.getMessage());
            }
        }
        return files;
    }

    private boolean matters(Path file) {
        for (Path root : roots) {
            if (file.equals(root)) {
                return true;
            }
            if (file.startsWith(root)) {
                String name = String.valueOf(file.getFileName());
                return Files.isDirectory(file)
                        || name.endsWith(".yaml")
                        || name.endsWith(".yml")
                        || name.endsWith(".json");
            }
        }
        return false;
    }

    /** Watches each folder, and the folder of each file: editors replace files. */
    private void register() {
        for (Path root : roots) {
            try {
                if (Files.isDirectory(root)) {
                    try (Stream<Path> below = Files.walk(root)) {
                        below.filter(Files::isDirectory).forEach(this::register);
                    }
                } else if (root.getParent() != null && Files.isDirectory(root.getParent())) {
                    register(root.getParent());
                }
            } catch (IOException e) {
                LOG.log(Level.WARNING, "cannot watch " + root + ": " + e.getMessage());
            }
        }
    }

    private void register(Path folder) {
        watched.computeIfAbsent(folder, path -> {
            try {
                return path.register(
                        service,
                        StandardWatchEventKinds.ENTRY_CREATE,
                        StandardWatchEventKinds.ENTRY_MODIFY,
                        StandardWatchEventKinds.ENTRY_DELETE);
            } catch (IOException e) {
                throw new IllegalStateException("cannot watch " + path + ": " + e.getMessage(), e);
            }
        });
    }
}
