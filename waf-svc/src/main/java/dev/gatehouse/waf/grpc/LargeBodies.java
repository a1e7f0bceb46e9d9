package dev.gatehouse.waf.grpc;

import java.time.Duration;

/** Which bodies are large, and how long Envoy is asked to wait for the verdict on one. */
final class LargeBodies {
    /** Bytes that rules take some milliseconds for. */
    static final long BYTES = 128 * 1024;

    /** What Envoy is configured to grant at most: the filter's max_message_timeout. */
    static final Duration LONGEST = Duration.ofSeconds(60);

    private static final long MEBIBYTE = 1024 * 1024;

    /** For all that has to do with its turn. */
    private static final long SECONDS = 2;

    private LargeBodies() {}

    /** A second more for each mebibyte that is begun: on a node with nothing else to do rules take a tenth of that. */
    static Duration time(long bytes) {
        Duration time = Duration.ofSeconds(SECONDS + (bytes + MEBIBYTE - 1) / MEBIBYTE);
        return time.compareTo(LONGEST) < 0 ? time : LONGEST;
    }
}
