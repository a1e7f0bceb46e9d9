package dev.gatehouse.controller;

import dev.gatehouse.gatewayapi.ProxyTelemetry;
import java.net.URI;

/** Reads {@code gatehouse.controller.proxy-tracing}. */
final class ProxyTracing {
    private static final int OTLP = 4317;
    private static final int OTLP_HTTP = 4318;

    private ProxyTracing() {}

    /** @throws IllegalArgumentException names the setting, its value and what was expected */
    static ProxyTelemetry.Tracing parse(URI endpoint) {
        if (!"http".equals(endpoint.getScheme()) || endpoint.getHost() == null) {
            throw new IllegalArgumentException("gatehouse.controller.proxy-tracing: \"" + endpoint
                    + "\" (expected: http://host:port; a collector that wants TLS is a Backend, which telemetry.tracing of"
                    + " an EnvoyProxy names)");
        }
        int port = endpoint.getPort() < 0 ? OTLP : endpoint.getPort();
        return ProxyTelemetry.Tracing.to(endpoint.getHost().replaceAll("[\\[\\]]", ""), port, port != OTLP_HTTP);
    }
}
