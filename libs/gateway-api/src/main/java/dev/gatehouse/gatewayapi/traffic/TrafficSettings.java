package dev.gatehouse.gatewayapi.traffic;

import dev.gatehouse.gatewayapi.yaml.Fields;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The settings of a BackendTrafficPolicy.
 *
 * @param useClientProtocol whether requests to backends use the HTTP version of the client's request
 * @param compressors the compressors in order of preference
 * @param overrides the response overrides, of which the first match is applied
 * @param upgrades absent: WebSocket
 * @param requestBufferBytes the most bytes of a request; requests are buffered until they are complete; absent: no
 * buffering
 */
public record TrafficSettings(
        BackendSettings backend,
        Optional<RateLimits.Global> globalLimit,
        Optional<RateLimits.Local> localLimit,
        Optional<BandwidthLimit> bandwidth,
        Optional<FaultInjection> fault,
        Optional<AdmissionControl> admission,
        boolean useClientProtocol,
        List<Compressor> compressors,
        List<ResponseOverride> overrides,
        Optional<List<Upgrade>> upgrades,
        OptionalInt requestBufferBytes,
        Optional<RouteTracing> tracing,
        Optional<String> routeStatName,
        Optional<RoutingType> routingType) {
    public TrafficSettings {
        compressors = List.copyOf(compressors);
        overrides = List.copyOf(overrides);
        upgrades = upgrades.map(List::copyOf);
    }

    /** No setting. */
    public static final TrafficSettings NONE = new TrafficSettings(
            BackendSettings.NONE,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            false,
            List.of(),
            List.of(),
            Optional.empty(),
            OptionalInt.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    /** The same with other overrides. */
    public TrafficSettings with(List<ResponseOverride> others) {
        return new TrafficSettings(
                backend,
                globalLimit,
                localLimit,
                bandwidth,
                fault,
                admission,
                useClientProtocol,
                compressors,
                others,
                upgrades,
                requestBufferBytes,
                tracing,
                routeStatName,
                routingType);
    }

    /** Where requests to a Service go. */
    public enum RoutingType {
        Service,
        Endpoint
    }

    /**
     * A protocol that a request may be upgraded to.
     *
     * @param terminate true if the proxy terminates CONNECT and forwards its payload as TCP
     */
    public record Upgrade(String type, boolean terminate) {
        /** True for CONNECT, which is a method and no header. */
        public boolean isConnect() {
            return type.equalsIgnoreCase("CONNECT");
        }

        private static Upgrade read(Fields f) {
            String type = f.requiredString("type", Texts.WORD);
            Optional<Boolean> terminate =
                    f.object("connect", x -> x.bool("terminate").orElse(false));
            Upgrade upgrade = new Upgrade(type, terminate.orElse(false));
            if (terminate.isPresent() && !upgrade.isConnect()) {
                f.wrong("connect", "goes with type CONNECT (expected: none when type is " + type + ")");
            }
            return upgrade;
        }
    }

    private record Telemetry(Optional<RouteTracing> tracing, Optional<String> statName) {
        static Telemetry read(Fields f) {
            return new Telemetry(
                    f.object("tracing", RouteTracing::read),
                    f.object("metrics", x -> x.string("routeStatName", StatNames.ROUTE))
                            .flatMap(each -> each)
                            .filter(name -> !name.isEmpty()));
        }
    }

    public static TrafficSettings read(Fields f) {
        RateLimits limits = f.object("rateLimit", RateLimits::read).orElse(RateLimits.NONE);
        Telemetry telemetry =
                f.object("telemetry", Telemetry::read).orElse(new Telemetry(Optional.empty(), Optional.empty()));
        List<Compressor> older = f.list("compression", Compressor::readOlder);
        List<Compressor> compressors = f.list("compressor", Compressor::read).stream()
                .flatMap(Optional::stream)
                .toList();
        if (f.has("compression") && f.has("compressor")) {
            f.wrong("compression", "is set beside compressor (expected: compressor alone)");
        }
        List<Upgrade> upgrades = f.list("httpUpgrade", Upgrade::read);
        OptionalInt buffer =
                f.object("requestBuffer", x -> Sizes.read32(x, "limit", 1)).orElse(OptionalInt.empty());
        if (f.has("requestBuffer") && buffer.isEmpty()) {
            f.wrong("requestBuffer", "has no limit (expected: a size)");
        }
        if (buffer.isPresent() && !upgrades.isEmpty()) {
            f.wrong("requestBuffer", "is set beside httpUpgrade (expected: one of the two)");
        }
        return new TrafficSettings(
                BackendSettings.read(f),
                limits.global(),
                limits.local(),
                f.object("bandwidthLimit", BandwidthLimit::read),
                f.object("faultInjection", FaultInjection::read),
                f.object("admissionControl", AdmissionControl::read),
                f.bool("useClientProtocol").orElse(false),
                compressors.isEmpty() ? older : compressors,
                f.list("responseOverride", ResponseOverride::read),
                upgrades.isEmpty() ? Optional.empty() : Optional.of(upgrades),
                buffer,
                telemetry.tracing(),
                telemetry.statName(),
                f.choice("routingType", RoutingType.class));
    }
}
