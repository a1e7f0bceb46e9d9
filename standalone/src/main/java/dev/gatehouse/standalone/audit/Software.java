package dev.gatehouse.standalone.audit;

import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A piece of software in a version.
 *
 * @param ecosystem "Maven", or "" for what no package manager installs: Envoy, the Core Rule Set, the JDK
 * @param name "group:artifact", or "envoy", "owasp-crs", "openjdk"
 */
public record Software(String ecosystem, String name, String version) implements Comparable<Software> {
    private static final String MAVEN = "Maven";

    /** What advisories call software that no package manager installs. */
    private enum Known {
        envoy("envoy", "envoyproxy", "envoyproxy/envoy", "github.com/envoyproxy/envoy"),
        owaspCrs(
                "owasp-crs",
                "coreruleset",
                "owasp-modsecurity-crs",
                "modsecurity-crs",
                "coreruleset/coreruleset",
                "github.com/coreruleset/coreruleset",
                "github.com/coreruleset/coreruleset/v4"),
        openjdk("openjdk", "jdk", "java", "temurin", "eclipse-temurin", "openjdk/jdk", "github.com/openjdk/jdk");

        private final Set<String> names;

        Known(String... names) {
            this.names = Set.of(names);
        }
    }

    /** Of a package URL: "pkg:maven/io.netty/netty-codec@4.1.130.Final", "pkg:generic/envoy@1.40.0"; empty: of another kind. */
    public static Optional<Software> ofPackageUrl(String purl) {
        int at = purl.lastIndexOf('@');
        String version = at < 0 ? "" : purl.substring(at + 1).replaceAll("[?#].*", "");
        String path = (at < 0 ? purl : purl.substring(0, at)).replaceAll("[?#].*", "");
        if (path.startsWith("pkg:maven/") && path.indexOf('/', 10) > 0) {
            return Optional.of(new Software(MAVEN, path.substring(10).replaceFirst("/", ":"), version));
        }
        if (path.startsWith("pkg:generic/") || path.startsWith("pkg:github/") || path.startsWith("pkg:bitnami/")) {
            return Optional.of(new Software("", path.substring(path.indexOf('/') + 1), version));
        }
        return Optional.empty();
    }

    /** Whether an advisory's package of that ecosystem and name is this. */
    boolean is(String otherEcosystem, String otherName) {
        String plain = otherEcosystem.replaceFirst(":.*", "");
        if (ecosystem.equals(MAVEN)) {
            return plain.equalsIgnoreCase(MAVEN) && name.equals(otherName);
        }
        if (plain.equalsIgnoreCase(MAVEN)) {
            return false;
        }
        String wanted = otherName.toLowerCase(Locale.ROOT);
        for (Known known : Known.values()) {
            if (known.names.contains(name) && known.names.contains(wanted)) {
                return true;
            }
        }
        return name.equalsIgnoreCase(wanted);
    }

    @Override
    public int compareTo(Software other) {
        return Comparator.comparing(Software::ecosystem)
                .thenComparing(Software::name)
                .thenComparing(each -> new Version(each.version()))
                .compare(this, other);
    }

    @Override
    public String toString() {
        return name + " " + version;
    }
}
