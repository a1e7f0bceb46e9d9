package dev.gatehouse.controller.wasm;

import dev.gatehouse.gatewayapi.extension.Wasm;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.BiConsumer;

/**
 * Fetches code into a folder. The folder has a file for each module, named by its SHA-256, and a file for each source
 * with the SHA-256 of its module. Each request has a virtual thread, which tries again until the code is fetched or the
 * request is dropped; only a few download at a time. Thread-safe.
 */
public final class WasmFetcher implements WasmCode, AutoCloseable {
    private static final Logger LOG = System.getLogger(WasmFetcher.class.getName());
    private static final int PARALLEL = 4;
    private static final int OK = 200;

    /**
     * Bounds of a download.
     *
     * @param bytes the most bytes of a module
     * @param timeout the time limit of an answer
     * @param firstPause the pause after the first failure; it doubles with each failure, up to {@code longestPause}
     */
    public record Limits(int bytes, Duration timeout, Duration firstPause, Duration longestPause) {
        /** The default bounds. */
        public static final Limits USUAL =
                new Limits(64 * 1024 * 1024, Duration.ofSeconds(60), Duration.ofSeconds(2), Duration.ofMinutes(5));
    }

    private final Path folder;
    private final Limits limits;
    private final Map<String, Thread> threads = new HashMap<>();
    private final Semaphore downloads = new Semaphore(PARALLEL);

    /** @param folder the folder, which is created when it is first needed */
    public WasmFetcher(Path folder, Limits limits) {
        this.folder = folder;
        this.limits = limits;
    }

    @Override
    public synchronized void want(Map<String, WasmRequest> requests, BiConsumer<WasmRequest, WasmState> news) {
        threads.entrySet().removeIf(each -> {
            boolean gone = !requests.containsKey(each.getKey());
            if (gone) {
                each.getValue().interrupt();
            }
            return gone;
        });
        requests.forEach((key, request) -> threads.computeIfAbsent(
                key, _ -> Thread.ofVirtual().name("wasm " + request.user()).start(() -> fetch(request, news))));
    }

    @Override
    public synchronized void close() {
        threads.values().forEach(Thread::interrupt);
    }

    /** The file with the module whose SHA-256 is {@code name}; empty: there is no such module. */
    public Optional<Path> file(String name) {
        Path file = folder.resolve(name + ".wasm");
        return name.matches("[0-9a-f]{64}") && Files.isRegularFile(file) ? Optional.of(file) : Optional.empty();
    }

    private void fetch(WasmRequest request, BiConsumer<WasmRequest, WasmState> news) {
        Duration pause = limits.firstPause();
        try {
            while (true) {
                try {
                    news.accept(request, new WasmState.Ready(code(request)));
                    return;
                } catch (IOException | IllegalArgumentException e) {
                    String message = e.getMessage() == null ? e.toString() : e.getMessage();
                    LOG.log(
                            Level.WARNING,
                            "Wasm code of {0} from {1}: {2}",
                            request.user(),
                            request.shownPlace(),
                            message);
                    news.accept(request, new WasmState.Failed(message));
                }
                Thread.sleep(pause);
                Duration doubled = pause.multipliedBy(2);
                pause = doubled.compareTo(limits.longestPause()) > 0 ? limits.longestPause() : doubled;
            }
        } catch (InterruptedException e) {
            // The request was dropped.
        }
    }

    /** Fetches the module into the folder; returns its SHA-256. */
    private String code(WasmRequest request) throws IOException, InterruptedException {
        Path known = folder.resolve(request.source() + ".source");
        if (!request.again() && Files.isRegularFile(known)) {
            String name = Files.readString(known).trim();
            Optional<Path> file = file(name);
            if (file.isPresent() && sha256(Files.readAllBytes(file.get())).equals(name)) {
                return name;
            }
        }
        byte[] module = download(request);
        String name = sha256(module);
        Files.createDirectories(folder);
        write(folder.resolve(name + ".wasm"), module);
        write(known, name.getBytes(StandardCharsets.US_ASCII));
        return name;
    }

    /** Writes a file atomically: other threads see the whole file or no file. */
    private void write(Path file, byte[] content) throws IOException {
        Path part = Files.createTempFile(folder, "part", "");
        Files.write(part, content);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private byte[] download(WasmRequest request) throws IOException, InterruptedException {
        downloads.acquire();
        try (Downloads client = new Downloads(request.authorities(), limits.timeout())) {
            return switch (request.place()) {
                case Wasm.Place.Http http -> file(client, http, request.sha256());
                case Wasm.Place.Image image ->
                    WasmText.in(
                            new OciImage(
                                            client,
                                            image.reference(),
                                            request.login(),
                                            request.authorities().isPresent())
                                    .layer(request.sha256(), limits.bytes()),
                            limits.bytes());
            };
        } finally {
            downloads.release();
        }
    }

    private byte[] file(Downloads client, Wasm.Place.Http http, Optional<String> expected)
            throws IOException, InterruptedException {
        Downloads.Answer answer = client.get(URI.create(http.url()), Map.of(), limits.bytes());
        if (answer.status() != OK) {
            throw new IOException("is answered with status " + answer.status() + " (expected: 200)");
        }
        byte[] module = WasmText.in(answer.body(), limits.bytes());
        String actual = sha256(module);
        // The expected SHA-256 may be the module's, as in Envoy Gateway, or the enclosing archive's.
        boolean right = expected.isEmpty()
                || expected.get().equals(actual)
                || expected.get().equals(sha256(answer.body()));
        if (!right) {
            throw new IOException("has the SHA-256 " + actual + " (expected: " + expected.orElse("") + ")");
        }
        return module;
    }

    static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
