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
 * Fetches code into a folder: a file for each module, by its SHA-256, and one that says for each source which module it was. Each request has
 * a virtual thread, which tries again until the code is there or not wanted any more; a few download at a time. Thread-safe.
 */
public final class WasmFetcher implements WasmCode, AutoCloseable {
    private static final Logger LOG = System.getLogger(WasmFetcher.class.getName());
    private static final int PARALLEL = 4;
    private static final int OK = 200;

    /**
     * Bounds.
     *
     * @param bytes how large a module may be
     * @param timeout of an answer
     * @param firstPause before it is tried again; doubled each time, up to {@code longestPause}
     */
    public record Limits(int bytes, Duration timeout, Duration firstPause, Duration longestPause) {
        /** What is usual. */
        public static final Limits USUAL =
                new Limits(64 * 1024 * 1024, Duration.ofSeconds(60), Duration.ofSeconds(2), Duration.ofMinutes(5));
    }

    private final Path folder;
    private final Limits limits;
    private final Map<String, Thread> threads = new HashMap<>();
    private final Semaphore downloads = new Semaphore(PARALLEL);

    /** @param folder made when it is needed */
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

    /** The file with the module whose SHA-256 is {@code name}; empty: it is not there. */
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
            // Not wanted any more.
        }
    }

    /** The SHA-256 of the module, which is in the folder then. */
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

    /** A file is there as a whole, or not at all. */
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
                            new OciImage(client, image.reference(), request.login())
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
        // Of the module, as Envoy Gateway has it, or of the archive that it comes in.
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
