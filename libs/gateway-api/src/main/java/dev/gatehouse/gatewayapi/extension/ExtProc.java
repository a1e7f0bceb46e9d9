package dev.gatehouse.gatewayapi.extension;

import dev.gatehouse.gatewayapi.BackendReference;
import dev.gatehouse.gatewayapi.traffic.BackendSettings;
import dev.gatehouse.gatewayapi.yaml.Fields;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * An external processor: a service that sees requests and responses, and may change them.
 *
 * @param settings the settings of connections and calls to the service
 * @param modeOverride whether the service may change its processing mode for a request
 * @param messageTimeout the time limit of an answer of the service; empty: Envoy's default of 200 ms
 * @param failOpen whether requests pass while the service fails
 * @param statusOnError the status of the response if the service fails; empty: 500
 * @param shadow true if the service only observes: proxies neither wait for its answers nor apply them
 * @param readable the namespaces of dynamic metadata that the service gets
 * @param writable the namespaces of dynamic metadata that the service may write
 */
public record ExtProc(
        List<BackendReference> backends,
        BackendSettings settings,
        Optional<Direction> requests,
        Optional<Direction> responses,
        boolean modeOverride,
        Optional<Duration> messageTimeout,
        boolean failOpen,
        Optional<Integer> statusOnError,
        boolean shadow,
        List<String> readable,
        List<String> writable) {
    private static final int LOWEST_ERROR = 400;
    private static final int HIGHEST_STATUS = 599;

    public ExtProc {
        backends = List.copyOf(backends);
        readable = List.copyOf(readable);
        writable = List.copyOf(writable);
    }

    /** How the service gets bodies. */
    public enum Body {
        /** Piece by piece, each answered before the next is passed on. */
        Streamed,
        /** The whole body at once. A body above the proxy's buffer limit is refused. */
        Buffered,
        /** As much as the proxy may hold. */
        BufferedPartial,
        /** Piece by piece, answered when the service likes. */
        FullDuplexStreamed
    }

    /**
     * The parts of requests or of responses that the service gets in addition to their headers.
     *
     * @param body empty: no body
     * @param attributes Envoy's attributes that the service gets
     */
    public record Direction(Optional<Body> body, List<String> attributes) {
        public Direction {
            attributes = List.copyOf(attributes);
        }

        private static Direction read(Fields f) {
            return new Direction(f.choice("body", Body.class), f.strings("attributes"));
        }
    }

    private record Mode(Optional<Direction> requests, Optional<Direction> responses, boolean override) {
        static final Mode NONE = new Mode(Optional.empty(), Optional.empty(), false);

        static Mode read(Fields f) {
            return new Mode(
                    f.object("request", Direction::read),
                    f.object("response", Direction::read),
                    f.bool("allowModeOverride").orElse(false));
        }
    }

    private record Metadata(List<String> readable, List<String> writable) {
        static Metadata read(Fields f) {
            return new Metadata(f.strings("accessibleNamespaces"), f.strings("writableNamespaces"));
        }
    }

    static ExtProc read(Fields f) {
        f.known("backendRef");
        List<BackendReference> backends = f.list("backendRefs", 0, 16, BackendReference::readOfService);
        if (backends.isEmpty()) {
            f.wrong("backendRefs", "is empty (expected: at least one backend)");
        }
        Mode mode = f.object("processingMode", Mode::read).orElse(Mode.NONE);
        Metadata metadata = f.object("metadata", Metadata::read).orElse(new Metadata(List.of(), List.of()));
        return new ExtProc(
                backends,
                f.object("backendSettings", BackendSettings::read).orElse(BackendSettings.NONE),
                mode.requests(),
                mode.responses(),
                mode.override(),
                f.duration("messageTimeout"),
                f.bool("failOpen").orElse(false),
                f.integer("statusOnError", LOWEST_ERROR, HIGHEST_STATUS),
                f.bool("shadowMode").orElse(false),
                metadata.readable(),
                metadata.writable());
    }
}
