package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Responses are compressed, where the client takes them so.
 *
 * @param minBytes the least size of a compressed response, in bytes
 */
public record Compressor(Type type, OptionalInt minBytes) {
    private static final int LEAST = 30;

    /** The algorithm. */
    public enum Type {
        Gzip,
        Brotli,
        Zstd
    }

    /** Reads an item of {@code compressor}, which counts where the field of its type is there. */
    static Optional<Compressor> read(Fields f) {
        Optional<Compressor> read = readKnown(f);
        if (read.isEmpty()) {
            return read;
        }
        Compressor compressor = read.get();
        String field = switch (compressor.type) {
            case Gzip -> "gzip";
            case Brotli -> "brotli";
            case Zstd -> "zstd";
        };
        if (!f.has(field)) {
            f.warn(field, "is missing, and nothing is compressed by " + compressor.type + " (expected: {})");
            return Optional.empty();
        }
        return read;
    }

    /** Reads an item of {@code compression}. */
    static Compressor readOlder(Fields f) {
        return readKnown(f).orElse(new Compressor(Type.Gzip, OptionalInt.empty()));
    }

    /** Empty: the type is missing or not known. */
    private static Optional<Compressor> readKnown(Fields f) {
        Optional<Type> type = f.knownChoice("type", Type.class);
        f.object("gzip", _ -> true);
        f.object("brotli", _ -> true);
        f.object("zstd", _ -> true);
        OptionalInt minBytes = Sizes.read32(f, "minContentLength", LEAST);
        return type.map(known -> new Compressor(known, minBytes));
    }
}
