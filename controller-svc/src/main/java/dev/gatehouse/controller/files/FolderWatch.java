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
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Wakes its one reader when something happens in the watched folders. It does not tell what happened: the operating
 * system's events are about folder identities instead of paths, miss changes on network file systems, and may be lost.
 * The reader looks at the files to find the change; the watch only makes the look come soon. If the operating system
 * has no watches left, this class only waits.
 */
final class FolderWatch implements AutoCloseable {
    private static final Logger LOG = System.getLogger(FolderWatch.class.getName());

    private final Optional<WatchService> service;
    private final CountDownLatch closed = new CountDownLatch(1);
    /** The watches by folder identity: a moved folder keeps its watch, and a folder that takes its place needs its own. */
    private final Map<Object, Followed> followed = new HashMap<>();

    private boolean told;

    private record Followed(WatchKey key, Set<String> names) {}

    private FolderWatch(Optional<WatchService> service) {
        this.service = service;
    }

    static FolderWatch open() {
        try {
            return new FolderWatch(Optional.of(FileSystems.getDefault().newWatchService()));
        } catch (IOException | UnsupportedOperationException e) {
            LOG.log(Level.WARNING, "folders cannot be watched, so files are looked at periodically: " + e.getMessage());
            return new FolderWatch(Optional.empty());
        }
    }

    /**
     * Follows these folders from now on, and no others.
     *
     * @param folders with the names that matter in each; see {@link FileTree.Listing#folders}
     * @return true if a folder is newly followed: changes since the last look at it may have been missed
     */
    boolean follow(Map<Path, Set<String>> folders) {
        if (service.isEmpty()) {
            return false;
        }
        Set<Object> now = new HashSet<>();
        boolean added = false;
        for (Map.Entry<Path, Set<String>> folder : folders.entrySet()) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(folder.getKey(), BasicFileAttributes.class);
                if (!attributes.isDirectory()) {
                    continue;
                }
                Object identity = Optional.ofNullable(attributes.fileKey()).orElse(folder.getKey());
                Optional<WatchKey> before = Optional.ofNullable(followed.get(identity))
                        .map(Followed::key)
                        .filter(WatchKey::isValid);
                WatchKey key = before.isPresent() ? before.get() : register(folder.getKey(), service.get());
                followed.put(identity, new Followed(key, Set.copyOf(folder.getValue())));
                now.add(identity);
                added |= before.isEmpty();
            } catch (IOException e) {
                // The folder is gone, or this process may not watch it. The periodic look covers it.
                tellOnce(folder.getKey(), e);
            }
        }
        followed.entrySet().removeIf(each -> {
            if (!now.contains(each.getKey())) {
                each.getValue().key().cancel();
                return true;
            }
            return false;
        });
        return added;
    }

    /**
     * Waits until something happens, at most {@code atMost}.
     *
     * @return true if something happened
     * @throws ClosedWatchServiceException once this is closed
     */
    boolean await(Duration atMost) throws InterruptedException {
        if (service.isEmpty()) {
            if (closed.await(atMost.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new ClosedWatchServiceException();
            }
            return false;
        }
        long end = System.nanoTime() + atMost.toNanos();
        while (true) {
            WatchKey key = service.get().poll(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
            if (key == null) {
                return false;
            }
            if (matters(key)) {
                return true;
            }
        }
    }

    @Override
    public void close() {
        closed.countDown();
        service.ifPresent(open -> {
            try {
                open.close();
            } catch (IOException e) {
                LOG.log(Level.WARNING, "the watch of the files could not be closed", e);
            }
        });
    }

    private boolean matters(WatchKey key) {
        Set<String> names = new HashSet<>();
        followed.values().stream().filter(each -> each.key().equals(key)).forEach(each -> names.addAll(each.names()));
        boolean matters = false;
        for (WatchEvent<?> event : key.pollEvents()) {
            matters |= event.kind() == StandardWatchEventKinds.OVERFLOW
                    || names.contains(FileTree.ANY_NAME)
                    || names.contains(String.valueOf(event.context()));
        }
        // An invalid key means that the folder is gone.
        return !key.reset() || matters;
    }

    private static WatchKey register(Path folder, WatchService service) throws IOException {
        return folder.register(
                service,
                StandardWatchEventKinds.ENTRY_CREATE,
                StandardWatchEventKinds.ENTRY_MODIFY,
                StandardWatchEventKinds.ENTRY_DELETE);
    }

    private void tellOnce(Path folder, IOException e) {
        if (!told && Files.isReadable(folder)) {
            told = true;
            LOG.log(
                    Level.WARNING,
                    "cannot watch " + folder + ", so changes there are seen by a periodic look: " + e.getMessage());
        }
    }
}
