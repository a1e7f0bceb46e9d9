package dev.gatehouse.gatewayapi.security;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;

/**
 * Requests that change something must come from a page of the same host.
 *
 * @param shadow the share of requests that are only counted and never refused
 * @param additionalOrigins other origins whose pages may send requests
 */
public record Csrf(Share shadow, List<String> additionalOrigins) {
    public Csrf {
        additionalOrigins = List.copyOf(additionalOrigins);
    }

    /** {@code numerator} of {@code denominator} requests. */
    public record Share(int numerator, int denominator) {
        static final Share NONE = new Share(0, 100);

        static Share read(Fields f) {
            Share share = new Share(
                    f.requiredInteger("numerator", 0, Integer.MAX_VALUE),
                    f.integer("denominator", 1, Integer.MAX_VALUE).orElse(100));
            if (share.numerator > share.denominator) {
                f.wrong(
                        "numerator",
                        share.numerator + " is more than the denominator (expected: 0 to " + share.denominator + ")");
                return NONE;
            }
            return share;
        }
    }

    static Csrf read(Fields f) {
        List<String> origins = f.strings("additionalOrigins", Origins.SYNTAX);
        if (origins.size() > 16) {
            f.wrong("additionalOrigins", "has " + origins.size() + " entries (expected: at most 16)");
        }
        return new Csrf(f.object("shadowFraction", Share::read).orElse(Share.NONE), origins);
    }
}
