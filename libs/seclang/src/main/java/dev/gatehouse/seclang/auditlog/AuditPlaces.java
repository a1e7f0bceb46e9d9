package dev.gatehouse.seclang.auditlog;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Where rules may have audit records written, besides standard output: rules come from whoever may write a policy, and
 * this process may reach more than they.
 *
 * @param directory the folder for the files and folders of {@code SecAuditLog} and {@code SecAuditLogStorageDir};
 * empty: none are permitted
 * @param collectors the URLs, or URL prefixes, that {@code SecAuditLog} may name with {@code SecAuditLogType HTTPS}
 */
public record AuditPlaces(Optional<Path> directory, List<URI> collectors) {
    public AuditPlaces {
        directory = directory.map(path -> path.toAbsolutePath().normalize());
        collectors = List.copyOf(collectors);
    }

    /** The file or folder that is meant: below the directory, whether or not it is named in full; empty: it is elsewhere. */
    Optional<Path> path(String named) {
        if (named.indexOf('\0') >= 0) {
            return Optional.empty();
        }
        return directory
                .map(folder -> folder.resolve(named).normalize())
                .filter(path -> path.startsWith(directory.get()) && !path.equals(directory.get()));
    }

    /** The URL that is meant; empty: it is none of the collectors'. */
    Optional<URI> collector(String named) {
        URI url;
        try {
            url = URI.create(named).normalize();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        return Optional.of(url).filter(found -> collectors.stream().anyMatch(allowed -> isBelow(found, allowed)));
    }

    private static boolean isBelow(URI url, URI allowed) {
        String path = Optional.ofNullable(url.getPath()).orElse("");
        String base = Optional.ofNullable(allowed.getPath()).orElse("");
        return allowed.getScheme()
                        .equalsIgnoreCase(Optional.ofNullable(url.getScheme()).orElse(""))
                && Optional.ofNullable(allowed.getAuthority())
                        .orElse("")
                        .equalsIgnoreCase(
                                Optional.ofNullable(url.getAuthority()).orElse(""))
                && (path.equals(base) || path.startsWith(base.endsWith("/") ? base : base + "/"));
    }
}
