package dev.gatehouse.controller.gateway;

import dev.gatehouse.gatewayapi.EnvoyProxySpec;

/** The EnvoyProxy that counts for a Gateway or a GatewayClass, after references and merging. */
public sealed interface ProxyParameters {
    /** Nothing is referred to, or what is can be used. */
    record Usable(EnvoyProxySpec spec) implements ProxyParameters {}

    /**
     * What is referred to is not there or cannot be used.
     *
     * @param message the object, the field, the value and what was expected
     * @param rest what could be read of it, so that proxies that run already are configured as they were
     */
    record Unusable(String message, EnvoyProxySpec rest) implements ProxyParameters {}

    /** No EnvoyProxy. */
    ProxyParameters DEFAULT = new Usable(EnvoyProxySpec.DEFAULT);

    /** The settings; where they cannot be used, what could be read of them. */
    default EnvoyProxySpec spec() {
        return switch (this) {
            case Usable usable -> usable.spec();
            case Unusable unusable -> unusable.rest();
        };
    }
}
