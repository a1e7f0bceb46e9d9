package dev.gatehouse.seclang;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The parser of a body: the value of {@code REQBODY_PROCESSOR}. */
enum BodyProcessor {
    URLENCODED,
    MULTIPART,
    JSON,
    /** Values one after the other. */
    NDJSON,
    XML,
    /** The body is not parsed; {@code REQUEST_BODY} contains it. */
    RAW;

    /** Finds a processor by its name, ignoring case. Coraza's other names of NDJSON are known too. */
    static Optional<BodyProcessor> named(String name) {
        return switch (name.toUpperCase(Locale.ROOT)) {
            case "URLENCODED" -> Optional.of(URLENCODED);
            case "MULTIPART" -> Optional.of(MULTIPART);
            case "JSON" -> Optional.of(JSON);
            case "NDJSON", "JSONSTREAM", "JSONLINES" -> Optional.of(NDJSON);
            case "XML" -> Optional.of(XML);
            case "RAW" -> Optional.of(RAW);
            default -> Optional.empty();
        };
    }

    /**
     * The processor of a content type; empty: the body is not parsed unless a rule sets a processor. Of several types, which a proxy
     * joins by commas, the first that has a processor counts: servers differ in which of them they take.
     */
    static Optional<BodyProcessor> of(String contentType) {
        String types = contentType.toLowerCase(Locale.ROOT);
        return ofType(types.strip())
                .or(() -> Arrays.stream(types.split(",", -1))
                        .map(type -> ofType(type.strip()))
                        .flatMap(Optional::stream)
                        .findFirst());
    }

    private static Optional<BodyProcessor> ofType(String type) {
        if (type.startsWith("application/x-www-form-urlencoded")) {
            return Optional.of(URLENCODED);
        }
        if (type.startsWith("multipart/form-data")) {
            return Optional.of(MULTIPART);
        }
        return type.startsWith("application/x-ndjson") || type.startsWith("application/jsonlines")
                ? Optional.of(NDJSON)
                : Optional.empty();
    }
}
