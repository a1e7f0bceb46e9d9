package dev.gatehouse.standalone.audit;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A known vulnerability, as OSV has it.
 *
 * @param id "GHSA-…"
 * @param aliases other names: "CVE-…"
 * @param severity "HIGH", or a CVSS vector; empty: not said
 * @param affected which versions of which packages
 */
public record Advisory(String id, List<String> aliases, String summary, String severity, List<Affected> affected) {
    /**
     * A package's versions.
     *
     * @param versions that are named one by one
     * @param ranges of versions, each its events in order
     */
    record Affected(String ecosystem, String name, List<String> versions, List<List<Event>> ranges) {
        Affected {
            versions = List.copyOf(versions);
            ranges = List.copyOf(ranges);
        }
    }

    /** What changes at a version. */
    record Event(What what, Version version, boolean first) {}

    /** The kinds of events. */
    enum What {
        introduced,
        fixed,
        last_affected
    }

    /**
     * That an advisory is about a piece of software.
     *
     * @param mendedBy the first later version that is not affected; empty: none is known
     */
    public record Finding(Software software, Advisory advisory, Optional<String> mendedBy) {}

    public Advisory {
        aliases = List.copyOf(aliases);
        affected = List.copyOf(affected);
    }

    /**
     * Reads an advisory; empty: it has been withdrawn.
     *
     * @throws IllegalArgumentException it is no advisory of OSV; says what was expected
     */
    static Optional<Advisory> of(JsonObject json) {
        String id = json.getString("id");
        if (id == null || id.isEmpty()) {
            throw new IllegalArgumentException("has no id (expected: an advisory in OSV's format)");
        }
        if (json.getString("withdrawn") != null) {
            return Optional.empty();
        }
        List<Affected> affected = new ArrayList<>();
        for (JsonObject each : objects(json.getJsonArray("affected"))) {
            affected(id, each).ifPresent(affected::add);
        }
        return Optional.of(new Advisory(
                id,
                json.getJsonArray("aliases", new JsonArray()).stream()
                        .map(String::valueOf)
                        .toList(),
                json.getString("summary", "").strip(),
                severity(json),
                affected));
    }

    private static String severity(JsonObject json) {
        String word = json.getJsonObject("database_specific", new JsonObject()).getString("severity");
        return word != null
                ? word
                : objects(json.getJsonArray("severity")).stream()
                        .map(each -> each.getString("score", ""))
                        .findFirst()
                        .orElse("");
    }

    private static Optional<Affected> affected(String id, JsonObject json) {
        JsonObject named = json.getJsonObject("package", new JsonObject());
        String ecosystem = named.getString("ecosystem", "");
        String name = named.getString("name", "");
        List<List<Event>> ranges = new ArrayList<>();
        for (JsonObject range : objects(json.getJsonArray("ranges"))) {
            // Commits are not versions; such an advisory names versions besides.
            if (!"GIT".equals(range.getString("type"))) {
                ranges.add(events(id, range));
            } else if (name.isEmpty()) {
                name = range.getString("repo", "")
                        .replaceFirst("^https?://", "")
                        .replaceFirst("\\.git$", "");
            }
        }
        List<String> versions = json.getJsonArray("versions", new JsonArray()).stream()
                .map(String::valueOf)
                .toList();
        Optional<Software> purl = Optional.ofNullable(named.getString("purl")).flatMap(Software::ofPackageUrl);
        if (name.isEmpty() && purl.isPresent()) {
            ecosystem = purl.get().ecosystem();
            name = purl.get().name();
        }
        return name.isEmpty() ? Optional.empty() : Optional.of(new Affected(ecosystem, name, versions, ranges));
    }

    private static List<Event> events(String id, JsonObject range) {
        List<Event> events = new ArrayList<>();
        for (JsonObject event : objects(range.getJsonArray("events"))) {
            for (What what : What.values()) {
                String version = event.getString(what.name());
                if (version != null) {
                    events.add(new Event(what, new Version(version), what == What.introduced && version.equals("0")));
                }
            }
        }
        if (events.stream().noneMatch(event -> event.what() == What.introduced)) {
            throw new IllegalArgumentException(
                    id + ": a range has no event \"introduced\" (expected: one, \"0\" for all versions)");
        }
        // "0" is before all versions; at the same version a fix counts before an introduction.
        events.sort(Comparator.comparing((Event event) -> !event.first())
                .thenComparing(Event::version)
                .thenComparing(event -> event.what() == What.introduced ? 1 : 0));
        return events;
    }

    /** The finding about a piece of software; empty: the software is not affected. */
    Optional<Finding> about(Software software) {
        for (Affected each : affected) {
            if (software.is(each.ecosystem(), each.name())) {
                Version version = new Version(software.version());
                Optional<String> mended = each.ranges().stream()
                        .map(range -> mendedBy(range, version))
                        .flatMap(Optional::stream)
                        .min(Comparator.naturalOrder())
                        .map(Version::toString);
                boolean named = each.versions().stream().map(Version::new).anyMatch(version::equals);
                if (named || each.ranges().stream().anyMatch(range -> isIn(range, version))) {
                    return Optional.of(new Finding(software, this, mended));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isIn(List<Event> range, Version version) {
        boolean affected = false;
        for (Event event : range) {
            int order = event.first() ? 1 : version.compareTo(event.version());
            switch (event.what()) {
                case introduced -> affected |= order >= 0;
                case fixed -> affected &= order < 0;
                case last_affected -> affected &= order <= 0;
            }
        }
        return affected;
    }

    private static Optional<Version> mendedBy(List<Event> range, Version version) {
        return range.stream()
                .filter(event -> event.what() == What.fixed)
                .map(Event::version)
                .filter(fixed -> fixed.compareTo(version) > 0)
                .findFirst();
    }

    private static List<JsonObject> objects(@Nullable JsonArray array) {
        return array == null
                ? List.of()
                : array.stream()
                        .map(each -> {
                            if (each instanceof JsonObject object) {
                                return object;
                            }
                            throw new IllegalArgumentException("\"" + each + "\" (expected: an object, as OSV has it)");
                        })
                        .toList();
    }
}
