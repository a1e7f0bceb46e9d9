package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.Quantity;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Sizes in bytes, which are written as Kubernetes' quantities: "10Mi", or 1024. */
public final class Sizes {
    private static final long MAX_UINT32 = 0xffff_ffffL;

    private Sizes() {}

    /** A size between {@code min} and {@code max}, both included. */
    public static Optional<Long> read(Fields f, String name, long min, long max) {
        Optional<String> text = f.stringOrInteger(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        OptionalLong value = Quantity.parse(text.get());
        if (value.isEmpty() || value.getAsLong() < min || value.getAsLong() > max) {
            f.wrong(
                    name,
                    "\"" + text.get() + "\" is not a size from " + min + " to " + max
                            + " (expected: for example \"512Ki\" or \"10Mi\")");
            return Optional.empty();
        }
        return Optional.of(value.getAsLong());
    }

    /** A size of at least {@code min} that Envoy holds in 32 bits without sign; Java's int has those bits. */
    public static OptionalInt read32(Fields f, String name, long min) {
        return read(f, name, min, MAX_UINT32)
                .map(size -> OptionalInt.of((int) (long) size))
                .orElse(OptionalInt.empty());
    }
}
