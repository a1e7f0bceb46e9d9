package dev.gatehouse.envoyprocess;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Envoy's version: {@code major.minor.patch}, without its pre-release and build parts. */
public record EnvoyVersion(int major, int minor, int patch) implements Comparable<EnvoyVersion> {
    /** The oldest Envoy that understands all that Gatehouse sends. */
    public static final EnvoyVersion OLDEST = new EnvoyVersion(1, 35, 0);

    // "envoy  version: 9e55…/1.40.0/Clean/RELEASE/BoringSSL", a development build says "1.41.0-dev".
    private static final Pattern OUTPUT =
            Pattern.compile("envoy\\s+version:\\s*[^/\\s]*/(\\d{1,6})\\.(\\d{1,6})\\.(\\d{1,6})");

    public EnvoyVersion {
        if (major < 0 || minor < 0 || patch < 0) {
            throw new IllegalArgumentException("version " + major + "." + minor + "." + patch + " has a negative part");
        }
    }

    /** The version in what {@code envoy --version} prints; empty when that is not an Envoy's answer. */
    public static Optional<EnvoyVersion> fromOutput(String output) {
        Matcher matcher = OUTPUT.matcher(output);
        return matcher.find()
                ? Optional.of(new EnvoyVersion(
                        Integer.parseInt(matcher.group(1)),
                        Integer.parseInt(matcher.group(2)),
                        Integer.parseInt(matcher.group(3))))
                : Optional.empty();
    }

    @Override
    public int compareTo(EnvoyVersion other) {
        return Comparator.comparingInt(EnvoyVersion::major)
                .thenComparingInt(EnvoyVersion::minor)
                .thenComparingInt(EnvoyVersion::patch)
                .compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
