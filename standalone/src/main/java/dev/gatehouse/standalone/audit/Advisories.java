package dev.gatehouse.standalone.audit;

import dev.gatehouse.standalone.instance.CommandFailure;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** Advisories in OSV's format, of files that the user has: one or several a JSON file, a folder of such files, or OSV's {@code all.zip}. Immutable. */
public final class Advisories {
    private final List<Advisory> all;

    private Advisories(List<Advisory> all) {
        this.all = List.copyOf(all);
    }

    /**
     * Reads advisories.
     *
     * @throws CommandFailure a file is not there, or is none of OSV's: says which, and what was expected
     */
    public static Advisories read(Collection<Path> paths) throws IOException {
        List<Advisory> all = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        for (Path path : paths) {
            if (!Files.exists(path)) {
                throw new CommandFailure(
                        "--advisories " + path
                                + " is not there (expected: a JSON file in OSV's format, a folder of them, or a zip file of them)");
            }
            int before = all.size();
            int files = readOne(path, all);
            if (files == 0 && all.size() == before) {
                throw new CommandFailure(
                        "--advisories " + path + " has no .json file (expected: advisories in OSV's format)");
            }
        }
        all.removeIf(each -> !seen.add(each.id()));
        return new Advisories(all);
    }

    private static int readOne(Path path, List<Advisory> all) throws IOException {
        if (Files.isDirectory(path)) {
            int files = 0;
            try (Stream<Path> tree = Files.walk(path)) {
                for (Path file : tree.filter(Files::isRegularFile)
                        .filter(each -> each.toString().endsWith(".json"))
                        .sorted()
                        .toList()) {
                    add(file.toString(), Files.readString(file), all);
                    files++;
                }
            }
            return files;
        }
        if (path.toString().endsWith(".zip")) {
            int files = 0;
            try (ZipFile zip = new ZipFile(path.toFile())) {
                for (ZipEntry entry : Collections.list(zip.entries())) {
                    if (entry.getName().endsWith(".json")) {
                        add(
                                path + "!" + entry.getName(),
                                new String(zip.getInputStream(entry).readAllBytes(), StandardCharsets.UTF_8),
                                all);
                        files++;
                    }
                }
            }
            return files;
        }
        add(path.toString(), Files.readString(path), all);
        return 1;
    }

    /** A file is an advisory, a list of them, or an answer of OSV's API: {@code {"vulns": […]}}. */
    private static void add(String file, String text, List<Advisory> all) {
        try {
            String plain = text.strip();
            JsonArray list = plain.startsWith("[")
                    ? new JsonArray(plain)
                    : new JsonObject(plain).getJsonArray("vulns", new JsonArray().add(new JsonObject(plain)));
            for (Object each : list) {
                if (!(each instanceof JsonObject advisory)) {
                    throw new IllegalArgumentException("\"" + each + "\" (expected: an advisory in OSV's format)");
                }
                Advisory.of(advisory).ifPresent(all::add);
            }
        } catch (DecodeException | IllegalArgumentException | ClassCastException e) {
            throw new CommandFailure(
                    "--advisories " + file + ": " + e.getMessage()
                            + (e instanceof DecodeException ? " (expected: JSON in OSV's format)" : ""),
                    e);
        }
    }

    /** How many there are. */
    public int size() {
        return all.size();
    }

    /** The findings of the advisories about the software, ordered by software. */
    public List<Advisory.Finding> about(Collection<Software> software) {
        return software.stream()
                .distinct()
                .sorted()
                .flatMap(each -> all.stream().flatMap(advisory -> advisory.about(each).stream()))
                .sorted(Comparator.comparing(Advisory.Finding::software)
                        .thenComparing(finding -> finding.advisory().id()))
                .toList();
    }
}
