package dev.gatehouse.standalone.migration;

import dev.gatehouse.standalone.migration.IngressSource.HostPath;
import dev.gatehouse.standalone.migration.IngressSource.PathType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A host as nginx serves it (a {@code server}): paths of any number of Ingresses. For one thread.
 *
 * <p>Where one path of a host is a regular expression, or is rewritten, all paths of the host are case-insensitive regular expressions that are
 * anchored at the beginning only.
 */
final class Site {
    /** A path with the Ingress that has it, and the canary that shares its requests. */
    record Location(IngressSource ingress, HostPath path, Optional<Canary> canary) {}

    /** Another backend for some requests of a path. */
    record Canary(IngressSource ingress, HostPath path) {}

    private final String host;
    private final Map<String, Location> locations = new LinkedHashMap<>();
    private boolean regularExpressions;

    /** @param host empty: all that no Ingress names */
    Site(String host) {
        this.host = host;
    }

    String host() {
        return host;
    }

    boolean regularExpressions() {
        return regularExpressions;
    }

    List<Location> locations() {
        return List.copyOf(locations.values());
    }

    /** Adds a path, unless an older Ingress has it: that one is returned. */
    Optional<IngressSource> add(IngressSource ingress, HostPath path) {
        Location older = locations.putIfAbsent(key(path), new Location(ingress, path, Optional.empty()));
        if (older == null) {
            regularExpressions |= isExpression(ingress, path);
        }
        return Optional.ofNullable(older).map(Location::ingress);
    }

    /** Whether the path is a regular expression for nginx. */
    static boolean isExpression(IngressSource ingress, HostPath path) {
        return ingress.annotations().isTrue("use-regex")
                || ingress.annotations()
                        .value("rewrite-target")
                        .filter(target -> !target.equals(path.path()))
                        .isPresent();
    }

    /** Has a canary share the requests of a path; false where no Ingress has the path. */
    boolean share(IngressSource canary, HostPath path) {
        return locations.computeIfPresent(
                        key(path),
                        (_, main) -> main.canary().isPresent()
                                ? main
                                : new Location(main.ingress(), main.path(), Optional.of(new Canary(canary, path))))
                != null;
    }

    boolean has(String path) {
        return locations.values().stream().anyMatch(each -> each.path().path().equals(path));
    }

    /** Paths of other locations that begin with this one and go on within its last element. */
    boolean goesOn(String path) {
        return locations.values().stream()
                .map(each -> each.path().path())
                .anyMatch(each ->
                        each.length() > path.length() && each.startsWith(path) && each.charAt(path.length()) != '/');
    }

    private static String key(HostPath path) {
        // To nginx a path that ends in no particular way is a prefix.
        return path.type() == PathType.Exact ? "=" + path.path() : path.path();
    }
}
