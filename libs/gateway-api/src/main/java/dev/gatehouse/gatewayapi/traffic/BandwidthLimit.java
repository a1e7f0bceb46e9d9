package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.yaml.Fields;
import dev.gatehouse.gatewayapi.yaml.Syntax;
import java.util.Optional;

/**
 * How fast bodies pass, in KiB a second.
 *
 * @param trailerPrefix the prefix of the names of response trailers that tell the delay; absent: no trailers
 */
public record BandwidthLimit(Optional<Long> request, Optional<Long> response, Optional<String> trailerPrefix) {
    private enum Unit {
        Second(1),
        Minute(60),
        Hour(3600);

        private final long seconds;

        Unit(long seconds) {
            this.seconds = seconds;
        }
    }

    private record Direction(long kibibytes, Optional<String> trailerPrefix) {}

    private static long limit(Fields f) {
        long bytes = Sizes.read(f, "value", 1, Long.MAX_VALUE).orElse(0L);
        Unit unit = f.requiredChoice("unit", Unit.class);
        long rate = bytes / (unit.seconds * 1024);
        if (rate == 0) {
            f.wrong("value", bytes + " bytes per " + unit + " (expected: at least 1 KiB per second)");
        }
        return rate;
    }

    private static Direction response(Fields f) {
        return new Direction(
                f.requiredObject("limit", BandwidthLimit::limit),
                f.object(
                        "responseTrailers",
                        x -> x.string(
                                        "prefix",
                                        Syntax.of(
                                                "[A-Za-z0-9!#$&'*+\\-.^_`|~]*", 256, "the beginning of a header name"))
                                .orElse("")));
    }

    static BandwidthLimit read(Fields f) {
        Optional<Long> request = f.object("request", x -> x.requiredObject("limit", BandwidthLimit::limit));
        Optional<Direction> response = f.object("response", BandwidthLimit::response);
        if (request.isEmpty() && response.isEmpty()) {
            f.wrong("limits nothing (expected: request, response, or both)");
        }
        return new BandwidthLimit(
                request, response.map(Direction::kibibytes), response.flatMap(Direction::trailerPrefix));
    }
}
