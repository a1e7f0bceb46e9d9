package dev.gatehouse.controller.gateway;

import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import java.util.List;
import java.util.Optional;

/** The EnvoyProxy settings in effect for a Gateway or a GatewayClass, after references are resolved and EnvoyProxies merged. */
public sealed interface ProxyParameters {
    /**
     * The settings can be used. They are the defaults if no EnvoyProxy is referred to.
     *
     * @param object the EnvoyProxy; of several merged EnvoyProxies, the most specific one
     * @param warnings the fields that have no effect
     */
    record Usable(EnvoyProxySpec spec, Optional<ObjectKey> object, List<String> warnings) implements ProxyParameters {
        public Usable {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * The EnvoyProxy that is referred to does not exist or is invalid.
     *
     * @param message the object, the field, the value and what was expected
     * @param rest the readable settings, so that running proxies keep their configuration
     * @param object empty: the EnvoyProxy does not exist
     */
    record Unusable(String message, EnvoyProxySpec rest, Optional<ObjectKey> object) implements ProxyParameters {}

    /** No EnvoyProxy. */
    ProxyParameters DEFAULT = new Usable(EnvoyProxySpec.DEFAULT, Optional.empty(), List.of());

    /** A copy with {@code tracing}, unless the settings have tracing of their own. */
    default ProxyParameters traced(Optional<ProxyTelemetry.Tracing> tracing) {
        ProxyTelemetry telemetry = spec().telemetry();
        if (tracing.isEmpty() || telemetry.tracing().isPresent()) {
            return this;
        }
        EnvoyProxySpec traced = spec().with(telemetry.with(tracing.get()));
        return switch (this) {
            case Usable usable -> new Usable(traced, usable.object(), usable.warnings());
            case Unusable unusable -> new Unusable(unusable.message(), traced, unusable.object());
        };
    }

    /** The EnvoyProxy that the settings are from. */
    Optional<ObjectKey> object();

    /** The settings; of invalid settings, the readable part. */
    default EnvoyProxySpec spec() {
        return switch (this) {
            case Usable usable -> usable.spec();
            case Unusable unusable -> unusable.rest();
        };
    }
}
