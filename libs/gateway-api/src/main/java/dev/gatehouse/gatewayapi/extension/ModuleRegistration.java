package dev.gatehouse.gatewayapi.extension;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.Locale;
import java.util.Optional;

/**
 * A library that an EnvoyProxy lets policies load.
 *
 * @param name the name by which policies refer to the library
 * @param doNotClose whether the library stays loaded after its last use
 * @param loadGlobally whether its symbols are visible to libraries that are loaded later
 */
public record ModuleRegistration(String name, boolean doNotClose, boolean loadGlobally, Source source) {
    private static final Syntax SHA256 =
            Syntax.of("[0-9a-fA-F]{64}", 64, "a SHA-256 checksum in hexadecimal, 64 digits");

    private static final Syntax URL = Syntax.of(
            "https?://[^/?#]+([/?#].*)?", 4096, "an HTTP or HTTPS URL, for instance https://example.com/libfilter.so");

    /** Where the library is. */
    public sealed interface Source {
        /** A file beside the proxy. */
        record Local(String path) implements Source {}

        /** The proxy downloads it. */
        record Remote(String url, String sha256) implements Source {}
    }

    /** The type of a source. */
    enum Type {
        Local,
        Remote
    }

    /** Reads an entry of {@code dynamicModules}. */
    public static ModuleRegistration read(Fields f) {
        return new ModuleRegistration(
                f.requiredString("name"),
                f.bool("doNotClose").orElse(false),
                f.bool("loadGlobally").orElse(false),
                f.requiredObject("source", ModuleRegistration::source));
    }

    private static Source source(Fields f) {
        Type type = f.choice("type", Type.class).orElse(Type.Local);
        Optional<Source> local = f.object("local", x -> new Source.Local(x.requiredString("path", Syntax.NOT_EMPTY)));
        Optional<Source> remote = f.object(
                "remote",
                x -> new Source.Remote(
                        x.requiredString("url", URL),
                        x.requiredString("sha256", SHA256).toLowerCase(Locale.ROOT)));
        Optional<Source> source = type == Type.Local ? local : remote;
        if (source.isEmpty()) {
            f.wrong(
                    type == Type.Local ? "local" : "remote",
                    "is missing (expected: where the library is, for type " + type + ")");
        }
        return source.orElse(new Source.Local(""));
    }
}
