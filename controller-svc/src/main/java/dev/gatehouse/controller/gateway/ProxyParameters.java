package dev.gatehouse.controller.gateway;

import dev.gatehouse.gatewayapi.EnvoyProxySpec;
import dev.gatehouse.gatewayapi.ObjectKey;
import dev.gatehouse.gatewayapi.ProxyTelemetry;
import java.util.List;
import java.util.Optional;

/** The EnvoyProxy that counts for a Gateway or a GatewayClass, after references and merging. */
public sealed interface ProxyParameters {
    /**
     * Nothing is referred to, or what is can be used.
     *
     * @param object the EnvoyProxy; of several that are merged, the most specific
     * @param warnings what of it has no effect
     */
    record Usable(EnvoyProxySpec spec, Optional<ObjectKey> object, List<String> warnings) implements ProxyParameters {
        public Usable {
            warnings = List.copyOf(warnings);
        }
    }

    /**
     * What is referred to is not there or cannot be used.
     *
     * @param message the object, the field, the value and what was expected
     * @param rest what could be read of it, so that proxies that run already are configured as they were
     * @param object empty: it is not there
     */
    record Unusable(String message, EnvoyProxySpec rest, Optional<ObjectKey> object) implements ProxyParameters {}

    /** No EnvoyProxy. */
    ProxyParameters DEFAULT = new Usable(EnvoyProxySpec.DEFAULT, Optional.empty(), List.of());

    /** The same, traced so where nothing is said of tracing. */
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

    /** The EnvoyProxy that says so. */
    Optional<ObjectKey> object();

    /** The settings; where they cannot be used, what could be read of them. */
    default EnvoyProxySpec spec() {
        return switch (this) {
            case Usable usable -> usable.spec();
            case Unusable unusable -> unusable.rest();
        };
    }
}
